import { describe, expect, test } from 'vitest'
import { scriptedResult } from '../testing/scripted-result.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import type { SpeechResult } from './speech-result.ts'
import { subtitleCues } from './subtitle-cues.ts'
import { columns } from './subtitle-units.ts'
import { toSrt, toVtt } from './subtitles.ts'
import { toPlainText, toTranscriptJson } from './transcript-export.ts'

function said(text: string, startMs: number, endMs: number, id = 0): SpeechResult {
  const samples = new Float32Array((endMs - startMs) * 16)
  return scriptedResult(text, { id, samples, startSamples: startMs * 16 })
}

/** One token a character, as SenseVoice emits Chinese. */
function characters(text: string, startMs: number, endMs: number): SpeechResult {
  const parts = [...text]
  const partMs = (endMs - startMs) / parts.length
  const tokens = parts.map((part, index) => ({
    text: part,
    id: 1,
    startMs: startMs + index * partMs,
    endMs: startMs + (index + 1) * partMs,
    probability: 1,
  }))
  return { ...said(text, startMs, endMs), tokens }
}

describe('SRT and VTT', () => {
  const results = [said('second <b> & more', 3_725_004, 3_726_000, 1), said('first', 1000, 2500.0625)]

  test('SRT numbers the cues and has commas', () => {
    expect(toSrt(results)).toBe(
      '1\n00:00:01,000 --> 00:00:02,500\nfirst\n\n2\n01:02:05,004 --> 01:02:06,000\nsecond <b> & more\n',
    )
  })

  test('VTT has its head, points and escaped text', () => {
    expect(toVtt(results)).toBe(
      'WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nfirst\n\n01:02:05.004 --> 01:02:06.000\nsecond &lt;b&gt; &amp; more\n',
    )
  })

  test('nothing said is an empty SRT and a bare VTT', () => {
    expect(toSrt([said('', 0, 100)])).toBe('')
    expect(toVtt([])).toBe('WEBVTT\n')
  })
})

describe('cues', () => {
  const words = 'the tribal chieftain called for the boy and presented him with fifty pieces of gold and more'

  test('break between words into two lines of 42 columns', () => {
    const cues = subtitleCues([said(words, 0, 6000)])
    expect(cues.map((cue) => cue.lines)).toEqual([
      ['the tribal chieftain called for the boy', 'and presented him with fifty pieces of'],
      ['gold and more'],
    ])
    expect(cues[0]?.endMs).toBe(cues[1]?.startMs)
    expect(cues[1]?.endMs).toBe(6000)
  })

  test('count a Chinese character as two columns and keep its punctuation with it', () => {
    const text = '开放时间早上九点至下午五点开放时间早上九点。至下午五点'
    const [cue] = subtitleCues([characters(text, 0, 5000)])
    expect(cue?.lines.join('')).toBe(text)
    expect(cue?.lines[0]).toBe('开放时间早上九点至下午五点开放时间早上九')
    expect(cue?.lines[1]).toBe('点。至下午五点')
  })

  test('last 7 seconds at most', () => {
    const cues = subtitleCues([said(words, 0, 28_000)])
    expect(cues.length).toBeGreaterThanOrEqual(4)
    for (const cue of cues) expect(cue.endMs - cue.startMs).toBeLessThanOrEqual(7000)
  })

  test('take a word apart that no line can hold', () => {
    const [cue] = subtitleCues([said('a'.repeat(60), 0, 1000)])
    expect(cue?.lines).toEqual(['a'.repeat(42), 'a'.repeat(18)])
  })

  test('of random results keep every limit, all text, and times that only grow', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const random = seededRandom(seed)
      let position = 0
      const results = Array.from({ length: 6 }, (_, id) => {
        const startMs = position + Math.floor(random() * 500)
        position = startMs + 100 + Math.floor(random() * 20_000)
        const count = Math.floor(random() * 40)
        const text = Array.from({ length: count }, () => 'w'.repeat(1 + Math.floor(random() * 50))).join(' ')
        return said(text, startMs, position, id)
      })
      const cues = subtitleCues(results)
      let lastMs = 0
      for (const cue of cues) {
        expect(cue.startMs).toBeGreaterThanOrEqual(lastMs)
        expect(cue.endMs).toBeGreaterThan(cue.startMs)
        expect(cue.endMs - cue.startMs).toBeLessThanOrEqual(7000)
        expect(cue.lines.length).toBeLessThanOrEqual(2)
        for (const line of cue.lines) expect(columns(line)).toBeLessThanOrEqual(42)
        lastMs = cue.endMs
      }
      const written = cues.flatMap((cue) => cue.lines).join('')
      const spoken = results.map((result) => result.text).join('')
      expect(written.replaceAll(' ', '')).toBe(spoken.replaceAll(' ', ''))
    }
  })

  test('limits no text can keep are refused', () => {
    expect(() => subtitleCues([], { maxLineColumns: 1 })).toThrow(/2 or more columns/)
    expect(() => subtitleCues([], { maxLines: 0 })).toThrow(/1 or more lines/)
  })
})

describe('transcript', () => {
  const results = [said('two', 1000, 2000, 1), said('one', 0, 900), said('', 3000, 3100, 2)]

  test('as text has a line a result in order of time', () => {
    expect(toPlainText(results)).toBe('one\ntwo\n')
  })

  test('as JSON has every field of every result', () => {
    expect(JSON.parse(toTranscriptJson(results))).toEqual({
      format: 'sensevoice-transcript',
      version: 1,
      results: [results[1], results[0], results[2]],
    })
  })
})
