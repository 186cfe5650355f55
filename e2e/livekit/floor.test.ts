import { stt } from '@livekit/agents'
import type { Utterance } from '@sensevoice-web/pipeline'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Floor } from '../../examples/livekit-agent/floor.js'

const { START_OF_SPEECH, INTERIM_TRANSCRIPT, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType

/** A floor and an agent that has a turn from when it is given one until somebody silences it; `sound` lets it be heard. */
function floor() {
  const turns: Utterance[] = []
  let interruptions = 0
  let turn: 'none' | 'thinking' | 'heard' = 'none'
  const subject = new Floor({
    silence: () => {
      const unheard = turn === 'thinking'
      if (turn !== 'none') interruptions += 1
      turn = 'none'
      return unheard
    },
    onTurn: (utterance) => {
      turn = 'thinking'
      turns.push(utterance)
    },
  })
  const hear = (
    who: string,
    type: stt.SpeechEventType,
    text?: string,
    metadata?: Record<string, unknown>,
  ) => {
    const language = 'en' as stt.SpeechData['language']
    const speech = { text: text ?? '', language, startTime: 0, endTime: 1, confidence: 1 }
    const alternatives: [stt.SpeechData] = [{ ...speech, ...(metadata === undefined ? {} : { metadata }) }]
    subject.hear(who, { type, ...(text === undefined ? {} : { alternatives }) })
  }
  return {
    subject,
    hear,
    turns,
    texts: () => turns.map(({ text }) => text),
    interruptions: () => interruptions,
    sound: () => {
      turn = 'heard'
    },
  }
}

describe('the floor of a room', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('is given when somebody has ended, for all they said', () => {
    const { hear, texts } = floor()
    hear('anna', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'one')
    hear('anna', FINAL_TRANSCRIPT, 'two')
    expect(texts()).toEqual([])
    hear('anna', END_OF_SPEECH)
    expect(texts()).toEqual(['one\ntwo'])
    hear('anna', END_OF_SPEECH)
    expect(texts()).toHaveLength(1)
  })

  test('is given for words that come after the end, and at once by recognizers that tell no ends', () => {
    const { hear, texts, sound } = floor()
    hear('anna', START_OF_SPEECH)
    hear('anna', END_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'late')
    sound()
    hear('ben', INTERIM_TRANSCRIPT, 'pl')
    hear('ben', FINAL_TRANSCRIPT, 'plain')
    expect(texts()).toEqual(['late', 'plain'])
  })

  test('is taken by whoever speaks, not by what has no words', () => {
    const { hear, texts, interruptions, sound } = floor()
    hear('anna', FINAL_TRANSCRIPT, 'one')
    sound()
    hear('anna', INTERIM_TRANSCRIPT, ' ')
    hear('anna', FINAL_TRANSCRIPT, '')
    expect([interruptions(), texts()]).toEqual([0, ['one']])
    hear('anna', START_OF_SPEECH)
    expect(interruptions()).toBe(1)
    hear('anna', END_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'two')
    sound()
    hear('ben', INTERIM_TRANSCRIPT, 'hey')
    expect(interruptions()).toBe(2)
  })

  test('is given for all that was said before the first sound of a turn that was silenced', () => {
    const { hear, texts, sound } = floor()
    hear('anna', FINAL_TRANSCRIPT, 'a table for two')
    hear('anna', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'tomorrow at eight')
    hear('anna', END_OF_SPEECH)
    expect(texts()).toEqual(['a table for two', 'a table for two\ntomorrow at eight'])
    sound()
    hear('anna', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'thanks')
    hear('anna', END_OF_SPEECH)
    expect(texts().at(-1)).toBe('thanks')
    // Recognizers that tell no starts.
    hear('anna', FINAL_TRANSCRIPT, 'goodbye')
    expect(texts().at(-1)).toBe('thanks\ngoodbye')
  })

  test('is given again when what silenced the turn before its first sound had no words', () => {
    const { hear, texts } = floor()
    hear('anna', FINAL_TRANSCRIPT, 'where is the station')
    hear('anna', START_OF_SPEECH)
    hear('anna', END_OF_SPEECH)
    expect(texts()).toEqual(['where is the station', 'where is the station'])
    hear('ben', INTERIM_TRANSCRIPT, 'hm')
    hear('ben', FINAL_TRANSCRIPT, '')
    expect(texts()).toHaveLength(3)
  })

  test('is not taken by whoever speaks on beside a turn that did not wait for them', () => {
    const { hear, texts, interruptions, sound } = floor()
    hear('ben', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'where is the station')
    vi.advanceTimersByTime(5000)
    hear('ben', INTERIM_TRANSCRIPT, 'and so')
    sound()
    hear('ben', INTERIM_TRANSCRIPT, 'and so on')
    expect([interruptions(), texts()]).toEqual([0, ['where is the station']])
    hear('carl', START_OF_SPEECH)
    expect(interruptions()).toBe(1)
    hear('carl', END_OF_SPEECH)
    hear('ben', FINAL_TRANSCRIPT, 'and so on')
    hear('ben', END_OF_SPEECH)
    expect(texts().at(-1)).toBe('and so on')
  })

  test('is given for them too when they end before its first sound', () => {
    const { hear, texts } = floor()
    hear('ben', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'where is the station')
    vi.advanceTimersByTime(5000)
    hear('ben', FINAL_TRANSCRIPT, 'and so on')
    hear('ben', END_OF_SPEECH)
    expect(texts().at(-1)?.split('\n').sort()).toEqual(['and so on', 'where is the station'])
  })

  test('waits until the others are quiet, but not for ever', () => {
    const { hear, texts, sound } = floor()
    hear('ben', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'first')
    expect(texts()).toEqual([])
    hear('ben', END_OF_SPEECH)
    expect(texts()).toEqual(['first'])
    sound()
    hear('ben', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'second')
    hear('ben', FINAL_TRANSCRIPT, 'not yet')
    vi.advanceTimersByTime(5000)
    expect(texts()).toEqual(['first', 'second'])
    sound()
    hear('ben', END_OF_SPEECH)
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['first', 'second', 'not yet'])
  })

  test('is given when a speaker is gone in the middle, and to nobody after its end', () => {
    const { subject, hear, texts, sound } = floor()
    hear('anna', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'last words')
    subject.gone('anna')
    expect(texts()).toEqual(['last words'])
    sound()
    hear('ben', START_OF_SPEECH)
    hear('anna', FINAL_TRANSCRIPT, 'held')
    subject.close()
    hear('anna', FINAL_TRANSCRIPT, 'too late')
    vi.advanceTimersByTime(60_000)
    expect(texts()).toEqual(['last words'])
  })

  test('keeps what is known of the words, and claims nothing where nothing is', () => {
    const { hear, turns, sound } = floor()
    hear('anna', FINAL_TRANSCRIPT, 'plain')
    sound()
    hear('anna', FINAL_TRANSCRIPT, 'glad', {
      emotion: 'happy',
      emotionScores: { happy: 0.8, neutral: 0.2 },
      emotionUnknown: 0.5,
      eventScores: { laughter: 0.7 },
      languageForced: false,
      languageScores: { en: 0.9 },
    })
    const [plain, glad] = turns
    expect(plain).toMatchObject({ language: 'en', languageForced: false, eventScores: {} })
    expect(plain?.emotionScoresWithUnknown).toMatchObject({ neutral: 0, unknown: 1 })
    expect(plain).not.toHaveProperty('languageScores')
    expect(glad?.emotionScoresWithUnknown).toMatchObject({ happy: 0.4, neutral: 0.1, unknown: 0.5 })
    expect(glad).toMatchObject({
      emotion: 'happy',
      eventScores: { laughter: 0.7 },
      languageScores: { en: 0.9 },
    })
  })
})
