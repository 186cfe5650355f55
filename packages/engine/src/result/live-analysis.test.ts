import { describe, expect, test } from 'vitest'
import { SpeechError } from '../errors.ts'
import type { SpeechEvent } from '../events.ts'
import type { AudioSegment } from '../model/ports.ts'
import { FakeRecognizer, FakeVoiceProbe } from '../testing/index.ts'
import { LiveAnalysis } from './live-analysis.ts'
import type { LiveAnalysisOptions, RecognitionKind } from './live-analysis-options.ts'

/** Samples that say their own position. */
function ramp(samples: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, index) => index / 2 ** 24)
}

/** Speech in windows 20..39 and 80..119. */
const twoUtterances = (window: number): number =>
  (window >= 20 && window < 40) || (window >= 80 && window < 120) ? 0.9 : 0.01

function setUp(
  options: Partial<LiveAnalysisOptions> = {},
  { say = ({ id }: AudioSegment) => `text ${id}` as string | Promise<string>, probe = twoUtterances } = {},
) {
  const recognizer = new FakeRecognizer(say)
  const events: SpeechEvent[] = []
  const kinds: RecognitionKind[] = []
  const voice = new FakeVoiceProbe(probe)
  let now = 0
  const analysis = new LiveAnalysis(
    { sampleRate: 16_000, ...options },
    {
      probe: voice,
      recognize: (segment, recognizeOptions, kind) => {
        kinds.push(kind)
        return recognizer.recognize(segment, recognizeOptions)
      },
      clock: () => now++,
      deliver: (event) => events.push(event),
    },
  )
  return { analysis, events, kinds, recognizer, voice }
}

const types = (events: readonly SpeechEvent[]) => events.map(({ type }) => type)
const texts = (events: readonly SpeechEvent[]) =>
  events.flatMap((event) => (event.type === 'result' ? [event.result.text] : []))

async function feed(analysis: LiveAnalysis, sound: Float32Array, size: number): Promise<void> {
  for (let at = 0; at < sound.length; at += size) await analysis.push(sound.subarray(at, at + size))
}

describe('LiveAnalysis', () => {
  test.each([160, 512, 800, 100_000])('finds the same segments in chunks of %i samples', async (size) => {
    const { analysis, events, recognizer } = setUp()
    const sound = ramp(200 * 512)
    await feed(analysis, sound, size)
    await analysis.finish()
    expect(types(events).filter((type) => type !== 'result')).toEqual([
      'speech-start',
      'speech-end',
      'speech-start',
      'speech-end',
    ])
    expect(texts(events)).toEqual(['text 0', 'text 1'])
    for (const { samples, startSamples } of recognizer.segments) {
      expect(samples).toEqual(sound.slice(startSamples, startSamples + samples.length))
    }
  })

  test('decodes what silence may end before it has ended, once', async () => {
    const { analysis, kinds, events } = setUp()
    await feed(analysis, ramp(200 * 512), 512)
    await analysis.finish()
    expect(kinds).toEqual(['candidate', 'candidate'])
    expect(texts(events)).toEqual(['text 0', 'text 1'])
  })

  test('tells partials while somebody speaks, with what the last two agree on', async () => {
    const { analysis, events } = setUp(
      { partialIntervalMs: 200 },
      { say: ({ samples }) => 'one two three'.slice(0, samples.length >> 11) },
    )
    await feed(analysis, ramp(200 * 512), 512)
    await analysis.finish()
    const partials = events.flatMap((event) => (event.type === 'partial' ? [event.partial] : []))
    expect(partials.length).toBeGreaterThan(3)
    expect(partials.some(({ stableLength }) => stableLength > 0)).toBe(true)
  })

  test('tells none without an interval', async () => {
    const { analysis, events } = setUp()
    await feed(analysis, ramp(200 * 512), 512)
    await analysis.finish()
    expect(types(events)).not.toContain('partial')
  })

  test('a button that is let go ends the segment, and its answer is there', async () => {
    const { analysis, events } = setUp()
    await analysis.push(ramp(35 * 512))
    expect(analysis.speaking).toBe(true)
    await analysis.endSegment()
    expect(analysis.speaking).toBe(false)
    expect(types(events)).toEqual(['speech-start', 'speech-end', 'result'])
    expect(events[1]).toMatchObject({ reason: 'flush', endSamples: 35 * 512 })
    await analysis.push(ramp(512))
    await analysis.finish()
  })

  test('a failing segment is told, the next one is still answered', async () => {
    const { analysis, events } = setUp(
      {},
      {
        say: ({ id }) => {
          if (id === 0) throw new SpeechError('inference-failed', 'broken')
          return 'fine'
        },
      },
    )
    await analysis.push(ramp(200 * 512))
    await analysis.finish()
    expect(events.flatMap((event) => (event.type === 'error' ? [event.error.message] : []))).toEqual([
      'broken',
    ])
    expect(texts(events)).toEqual(['fine'])
  })

  test('says how much waits to be heard, and drops what recognition cannot keep up with', async () => {
    let finish: (text: string) => void = () => {}
    const { analysis, events } = setUp(
      { maxBacklogMs: 100 },
      {
        say: ({ id }) => (id === 0 ? new Promise((resolve) => (finish = resolve)) : `text ${id}`),
        probe: (window) => (window % 60 < 30 ? 0.9 : 0),
      },
    )
    const pushed = analysis.push(ramp(300 * 512))
    expect(analysis.unheardSamples).toBe(300 * 512)
    await pushed
    expect(analysis.unheardSamples).toBe(0)
    finish('first')
    await analysis.finish()
    const overruns = events.flatMap((event) => (event.type === 'overrun' ? [event] : []))
    expect(overruns.length).toBeGreaterThan(0)
    expect(texts(events).length + overruns.length).toBe(5)
  })

  test('the language of the next recognition can be changed', async () => {
    const { analysis, events } = setUp()
    await analysis.push(ramp(70 * 512))
    analysis.configure({ language: 'ja' })
    await analysis.push(ramp(130 * 512))
    await analysis.finish()
    expect(events.flatMap((event) => (event.type === 'result' ? [event.result.languageForced] : []))).toEqual(
      [false, true],
    )
  })

  test('cancelled, it tells nothing more and takes nothing more', async () => {
    const { analysis, events } = setUp()
    const pushed = analysis.push(ramp(200 * 512))
    await analysis.cancel()
    await pushed
    const told = events.length
    await expect(analysis.push(ramp(512))).rejects.toMatchObject({ code: 'closed' })
    await expect(analysis.finish()).rejects.toMatchObject({ code: 'closed' })
    expect(events.length).toBe(told)
  })

  test('sound at another rate is heard at the same places', async () => {
    const { analysis, events } = setUp({ sampleRate: 8000 })
    await analysis.push(new Float32Array(100 * 512))
    await analysis.finish()
    expect(events[0]).toMatchObject({ type: 'speech-start', startSamples: 20 * 512 - 5120 })
    expect(analysis.heardSamples).toBe(200 * 512)
  })

  test('finite sound waits for recognition: nothing is dropped, tried or timed', async () => {
    const waiting: (() => void)[] = []
    const { analysis, events, kinds } = setUp(
      { live: false, maxBacklogMs: 1 },
      { say: ({ id }) => new Promise((resolve) => waiting.push(() => resolve(`text ${id}`))) },
    )
    const pushed = feed(analysis, ramp(200 * 512), 512)
    let done = false
    void pushed.then(() => {
      done = true
    })
    await expect.poll(() => waiting.length).toBe(1)
    expect(done).toBe(false)
    waiting[0]?.()
    await expect.poll(() => waiting.length).toBe(2)
    waiting[1]?.()
    await pushed
    await analysis.finish()
    expect(kinds).toEqual(['final', 'final'])
    expect(texts(events)).toEqual(['text 0', 'text 1'])
    expect(types(events)).not.toContain('overrun')
    const timings = events.flatMap((event) => (event.type === 'result' ? [event.result.timings] : []))
    expect(timings.every(({ endOfSpeechToResultMs }) => endOfSpeechToResultMs === undefined)).toBe(true)
  })

  test('the whole sound is one segment, silence and all', async () => {
    const { analysis, events, recognizer, voice } = setUp({ segmenter: 'whole', live: false })
    const sound = ramp(200 * 512 + 7)
    await feed(analysis, sound, 4000)
    await analysis.finish()
    expect(types(events)).toEqual(['speech-start', 'speech-end', 'result'])
    expect(recognizer.segments[0]?.samples).toEqual(sound)
    expect(voice.calls).toBe(0)
  })

  test('more than 5 minutes are not one segment', async () => {
    const { analysis } = setUp({ segmenter: 'whole' })
    await expect(analysis.push(new Float32Array(5 * 60 * 16_000 + 512))).rejects.toMatchObject({
      code: 'invalid-argument',
    })
  })

  test('no sound at all is no segment', async () => {
    const { analysis, events } = setUp({ segmenter: 'whole' })
    await analysis.finish()
    expect(events).toEqual([])
  })

  test('the segmenter changes while somebody speaks', async () => {
    const { analysis, events } = setUp()
    await feed(analysis, ramp(100 * 512), 512)
    analysis.configure({ segmenter: { speechThreshold: 0.95 } })
    await feed(analysis, ramp(100 * 512), 512)
    await analysis.finish()
    const starts = events.filter(({ type }) => type === 'speech-start').length
    expect(starts).toBe(2)
    expect(() => analysis.configure({ segmenter: { hangOverMs: -1 } })).toThrow(SpeechError)
  })
})
