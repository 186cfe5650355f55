import { describe, expect, test } from 'vitest'
import { SpeechError } from '../errors.ts'
import type { SpeechEvent } from '../events.ts'
import { FakeRecognizer, FakeVoiceProbe } from '../testing/index.ts'
import { analyzeSound } from './analyze-sound.ts'
import { analyzeWholeSound, LONGEST_WHOLE_SOUND_SAMPLES } from './analyze-whole-sound.ts'

/** Samples that say their own position, so that a segment shows where it was cut out. */
function ramp(samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, index) => index / 2 ** 24)
}

function* chunked(samples: Float32Array, size: number): Generator<Float32Array> {
  for (let at = 0; at < samples.length; at += size) yield samples.subarray(at, at + size)
}

/** Speech in windows 20..39 and 80..119. */
const twoUtterances = (window: number): number =>
  (window >= 20 && window < 40) || (window >= 80 && window < 120) ? 0.9 : 0.01

async function all(events: AsyncIterable<SpeechEvent>): Promise<SpeechEvent[]> {
  const found: SpeechEvent[] = []
  for await (const event of events) found.push(event)
  return found
}

describe('analyzeSound', () => {
  test.each([160, 512, 8000, 1_000_000])('finds the same segments in chunks of %i samples', async (size) => {
    const sound = ramp(160 * 512 + 100)
    const recognizer = new FakeRecognizer(({ id }) => `text ${id}`)
    const probe = new FakeVoiceProbe(twoUtterances)
    const events = await all(analyzeSound(chunked(sound, size), { probe, recognizer }))
    expect(events.map((event) => event.type).filter((type) => type !== 'result')).toEqual([
      'speech-start',
      'speech-end',
      'speech-start',
      'speech-end',
    ])
    const results = events.flatMap((event) => (event.type === 'result' ? [event.result] : []))
    expect(results.map((result) => result.text)).toEqual(['text 0', 'text 1'])
    // Pre-roll 320 ms (5120 samples) before window 20, post-roll 192 ms (3072) behind window 39.
    expect(results[0]?.startSamples).toBe(20 * 512 - 5120)
    expect(results[0]?.endSamples).toBe(40 * 512 + 3072)
    for (const { samples, startSamples } of recognizer.segments) {
      expect(samples).toEqual(sound.slice(startSamples, startSamples + samples.length))
    }
  })

  test('speech up to the very end keeps the samples that fill no window', async () => {
    const sound = ramp(40 * 512 + 77)
    const recognizer = new FakeRecognizer(() => 'x')
    const probe = new FakeVoiceProbe(() => 0.9)
    await all(analyzeSound([sound], { probe, recognizer }))
    expect(recognizer.segments.map(({ samples }) => samples)).toEqual([sound])
  })

  test('a segment that fails is told and the next is still recognized', async () => {
    const recognizer = new FakeRecognizer(({ id }) => {
      if (id === 0) throw new SpeechError('inference-failed', 'broken')
      return 'fine'
    })
    const probe = new FakeVoiceProbe(twoUtterances)
    const events = await all(analyzeSound([ramp(160 * 512)], { probe, recognizer }))
    expect(events.flatMap((event) => (event.type === 'error' ? [event.error.message] : []))).toEqual([
      'broken',
    ])
    expect(events.filter((event) => event.type === 'result')).toHaveLength(1)
  })

  test('passes the language and the text norm on, and the segmenter its options', async () => {
    const seen: unknown[] = []
    const recognizer = new FakeRecognizer((_, options) => {
      seen.push(options)
      return 'x'
    })
    const probe = new FakeVoiceProbe(twoUtterances)
    const options = { language: 'ja', withItn: false, segmenter: { preRollMs: 0 } } as const
    const events = await all(analyzeSound([ramp(160 * 512)], { probe, recognizer }, options))
    expect(seen).toEqual([
      { language: 'ja', withItn: false },
      { language: 'ja', withItn: false },
    ])
    expect(events[0]).toMatchObject({ type: 'speech-start', startSamples: 20 * 512 })
    await expect(
      all(analyzeSound([], { probe, recognizer }, { segmenter: { preRollMs: -1 } })),
    ).rejects.toMatchObject({ code: 'invalid-argument' })
  })

  test('goes on listening while it recognizes, and no further than to the end of the next segment', async () => {
    let finish: (text: string) => void = () => undefined
    const recognizer = new FakeRecognizer(({ id }) =>
      id === 0 ? new Promise<string>((resolve) => (finish = resolve)) : 'second',
    )
    const probe = new FakeVoiceProbe(twoUtterances)
    const done = all(analyzeSound(chunked(ramp(300 * 512), 512), { probe, recognizer }))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(recognizer.segments).toHaveLength(1)
    // The second segment ends 640 ms (20 windows) behind its last speech.
    expect(probe.calls).toBe(140)
    finish('first')
    expect((await done).flatMap((event) => (event.type === 'result' ? [event.result.text] : []))).toEqual([
      'first',
      'second',
    ])
  })

  test('tells progress once a second of sound, and the end', async () => {
    const recognizer = new FakeRecognizer(() => 'x')
    const probe = new FakeVoiceProbe(() => 0)
    const sound = chunked(ramp(40_000), 1600)
    const events = await all(analyzeSound(sound, { probe, recognizer }, { totalSamples: 40_000 }))
    expect(events).toEqual([
      { type: 'analysis-progress', analyzedMs: 1000, totalMs: 2500 },
      { type: 'analysis-progress', analyzedMs: 2000, totalMs: 2500 },
      { type: 'analysis-progress', analyzedMs: 2500, totalMs: 2500 },
    ])
  })

  test('a probe that fails ends the iteration with its error', async () => {
    const recognizer = new FakeRecognizer(() => 'x')
    const probe = new FakeVoiceProbe((window) => {
      if (window === 3) throw new SpeechError('inference-failed', 'no more')
      return 0
    })
    await expect(all(analyzeSound([ramp(16_000)], { probe, recognizer }))).rejects.toThrow('no more')
  })
})

describe('analyzeWholeSound', () => {
  test('takes every sample as one segment', async () => {
    const sound = ramp(12_345)
    const recognizer = new FakeRecognizer(() => 'whole')
    const result = await analyzeWholeSound(chunked(sound, 1000), recognizer, { language: 'en' })
    expect(result).toMatchObject({ text: 'whole', startSamples: 0, endSamples: 12_345, language: 'en' })
    expect(recognizer.segments[0]?.samples).toEqual(sound)
  })

  test('refuses no sound, and more than fits', async () => {
    const recognizer = new FakeRecognizer(() => 'x')
    const tooMuch = chunked(new Float32Array(LONGEST_WHOLE_SOUND_SAMPLES + 1), 160_000)
    for (const sound of [[], tooMuch]) {
      await expect(analyzeWholeSound(sound, recognizer)).rejects.toMatchObject({ code: 'invalid-audio' })
    }
    expect(recognizer.segments).toHaveLength(0)
  })
})
