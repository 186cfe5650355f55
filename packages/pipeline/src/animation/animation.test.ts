import { describe, expect, test } from 'vitest'
import { SpeechBlocks } from '../speech/speech-blocks.ts'
import { eventsOf, only, withStandIn } from '../test-data/with-stand-in.ts'
import { heard } from '../testing/heard.ts'
import { tone } from '../testing/stand-in-step.ts'
import { ExpressionTags, expressionFor, NO_EXPRESSION } from './expression.ts'
import { MouthEnvelope } from './mouth-envelope.ts'

describe('the mouth', () => {
  const opennessAfter = (amplitude: number, ms = 400) =>
    new MouthEnvelope().frames(tone(ms, amplitude), 24_000, 0).at(-1)?.openness ?? Number.NaN

  test('is closed in silence, wide open at a loud voice, and between them in between', () => {
    expect(opennessAfter(0)).toBe(0)
    expect(opennessAfter(0.001)).toBe(0)
    expect(opennessAfter(1)).toBeCloseTo(1, 3)
    // A sine of amplitude 0.0357 has -31.96 dB of full scale: the middle of -50 and -14.
    expect(opennessAfter(0.0357)).toBeCloseTo(0.5, 2)
  })

  test('opens faster than it closes', () => {
    const frames = new MouthEnvelope().frames(
      Int16Array.from([...tone(200, 0.8), ...new Int16Array(24 * 200)]),
      24_000,
      0,
    )
    const openness = frames.map((frame) => frame.openness)
    expect(openness[1]).toBeGreaterThan(0.9)
    expect(openness[11]).toBeGreaterThan(0.5)
    expect(openness.at(-1)).toBeLessThan(0.1)
    for (const value of openness) expect(value >= 0 && value <= 1).toBe(true)
  })

  test('has a frame each 20 ms, timed from where the sound begins', () => {
    const frames = new MouthEnvelope().frames(tone(50), 24_000, 1000)
    expect(frames.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [1000, 1020],
      [1020, 1040],
      [1040, 1050],
    ])
  })
})

describe('sound in pieces of any length', () => {
  test.each([1, 7, 480, 4801, 100_000])('of %i samples comes in whole frames, and none is lost', (length) => {
    const sound = tone(1234)
    const blocks = new SpeechBlocks(10_000)
    const out: Int16Array[] = []
    for (let at = 0; at < sound.length; at += length) {
      const piece = sound.slice(at, at + length)
      for (const { pcm } of blocks.push({ pcm: piece, sampleRate: 24_000 })) out.push(pcm)
      // Not kept: the voice may use its memory again.
      piece.fill(0)
    }
    for (const { pcm } of blocks.flush()) out.push(pcm)
    expect(Int16Array.from(out.flatMap((pcm) => [...pcm]))).toEqual(sound)
    for (const pcm of out.slice(0, -1)) expect(pcm.length % 480).toBe(0)
    expect(Math.max(...out.map((pcm) => pcm.length))).toBeLessThanOrEqual(4800)
  })
})

describe('the face', () => {
  test('follows what was surely heard, as strongly as it was', () => {
    expect(expressionFor(heard('x', { emotion: 'happy', emotionScore: 0.8 }), {}, {})).toEqual({
      emotion: 'happy',
      intensity: 0.8,
    })
    expect(expressionFor(heard('x', { emotion: 'angry', emotionScore: 0.8 }), {}, {}).emotion).toBe('sad')
    expect(expressionFor(heard('x', { emotion: 'angry' }), {}, { angry: 'surprised' }).emotion).toBe(
      'surprised',
    )
    expect(expressionFor(heard('x', { emotion: 'happy', emotionScore: 0.3 }), {}, {})).toEqual(NO_EXPRESSION)
  })

  test('follows the tags of the reply, each until the next', () => {
    const tags = new ExpressionTags(NO_EXPRESSION)
    expect(tags.read('Well.')).toEqual({ text: 'Well.', expression: NO_EXPRESSION })
    expect(tags.read('[happy] Great!')).toEqual({
      text: 'Great!',
      expression: { emotion: 'happy', intensity: 1 },
    })
    expect(tags.read('More.').expression.emotion).toBe('happy')
    expect(tags.read('[Sad:0.4] Oh.')).toEqual({
      text: 'Oh.',
      expression: { emotion: 'sad', intensity: 0.4 },
    })
    expect(tags.read('[angry 0.2]')).toEqual({ text: '', expression: { emotion: 'angry', intensity: 0.2 } })
    for (const text of ['[laughs] Ha.', '[happyish] Ha.', '[happy:7] Ha.', 'Ha [happy].'])
      expect(tags.read(text).text).toBe(text)
  })

  test('and the mouth come before the sound they belong to, and cover all of it', async () => {
    const script = {
      chat: () => [{ say: '[happy]\nHello there. ' }, { say: '[sad:0.4] Bye. ' }],
      speech: () => [{ sound: tone(333) }, { waitMs: 10 }, { sound: tone(100) }],
    }
    await withStandIn(script, {}, async (conversation, standIn) => {
      const events = await eventsOf(conversation.answer(heard('hi')))
      expect(standIn.of('speech').map(({ body }) => body['input'])).toEqual(['Hello there.', 'Bye.'])
      const audio = only(events, 'audio')
      const cues = only(events, 'cue')
      expect(cues.map(({ startMs, endMs }) => [startMs, endMs])).toEqual(
        audio.map(({ startMs, endMs }) => [startMs, endMs]),
      )
      for (const [at, cue] of cues.entries()) {
        expect(events.indexOf(cue)).toBeLessThan(events.indexOf(audio[at] as (typeof audio)[number]))
        expect(cue.expression).toEqual(
          cue.sentence === 0 ? { emotion: 'happy', intensity: 1 } : { emotion: 'sad', intensity: 0.4 },
        )
      }
      const frames = cues.flatMap(({ mouth }) => mouth)
      for (const [at, { startMs }] of frames.entries())
        expect(startMs).toBeCloseTo(frames[at - 1]?.endMs ?? 0, 6)
      expect(frames.at(-1)?.endMs).toBeCloseTo(866, 6)
      expect(Math.max(...frames.map(({ openness }) => openness))).toBeGreaterThan(0.9)
    })
  })
})
