import { expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import type { SegmentEvent, SegmenterOptions } from './segment-event.ts'
import { Segmenter } from './segmenter.ts'
import { DEFAULT_SEGMENTER_OPTIONS, validSegmenterOptions } from './segmenter-options.ts'

const WINDOW = 512
const STREAMS = 120

interface Run {
  readonly options: SegmenterOptions
  readonly streamStart: number
  readonly streamEnd: number
  /** Start of every window at or above the speech threshold: speech whatever the hysteresis says. */
  readonly speechWindows: readonly number[]
  readonly steps: readonly { readonly events: readonly SegmentEvent[]; readonly retained: number }[]
}

/** A stream of seeded probabilities: bursts and pauses of random length, each around a random level. */
function randomRun(seed: number): Run {
  const random = seededRandom(seed)
  const options = randomOptions(random)
  const segmenter = new Segmenter(options)
  const streamStart = Math.floor(random() * 10_000)
  let position = streamStart
  const speechWindows: number[] = []
  const steps: { events: SegmentEvent[]; retained: number }[] = []
  const windows = 200 + Math.floor(random() * 2000)
  // Streams without jitter are as flat as only a hard cut can take.
  const jitter = random() < 0.3 ? 0 : 0.4
  let left = 0
  let level = 0
  for (let index = 0; index < windows; index += 1) {
    if (left === 0) {
      left = 1 + Math.floor(random() ** 3 * 300)
      level = random()
    }
    left -= 1
    const probability = Math.min(1, Math.max(0, level + (random() - 0.5) * jitter))
    if (probability >= options.speechThreshold) speechWindows.push(position)
    const events = segmenter.push(position, probability)
    steps.push({ events, retained: segmenter.retainFromSamples })
    position += WINDOW
  }
  const streamEnd = position + Math.floor(random() * WINDOW)
  steps.push({ events: segmenter.flush(streamEnd), retained: segmenter.retainFromSamples })
  return { options, streamStart, streamEnd, speechWindows, steps }
}

function randomOptions(random: () => number): SegmenterOptions {
  if (random() < 0.3) return DEFAULT_SEGMENTER_OPTIONS
  const speechThreshold = 0.3 + random() * 0.5
  const preRollMs = Math.floor(random() * 700)
  const softCutMs = preRollMs + 64 + Math.floor(random() * 8000)
  const hangOverMs = Math.floor(random() * 1500)
  return validSegmenterOptions({
    speechThreshold,
    silenceThreshold: speechThreshold * (0.3 + random() * 0.7),
    preRollMs,
    postRollMs: Math.floor(random() * hangOverMs),
    hangOverMs,
    minSpeechMs: Math.floor(random() * 400),
    softCutMs,
    hardCutMs: softCutMs + 32 + Math.floor(random() * 8000),
  })
}

type Closed = Extract<SegmentEvent, { type: 'end' | 'discarded' }>

function closedSegments(run: Run): readonly Closed[] {
  return run.steps
    .flatMap((step) => step.events)
    .filter((event): event is Closed => event.type === 'end' || event.type === 'discarded')
}

const runs = Array.from({ length: STREAMS }, (_, seed) => randomRun(seed))

test('the streams exercise every event and every way to end', () => {
  const seen = new Set(
    runs.flatMap((run) =>
      run.steps.flatMap((step) =>
        step.events.map((event) => (event.type === 'end' ? event.reason : event.type)),
      ),
    ),
  )
  expect([...seen].sort()).toEqual([
    'candidate',
    'discarded',
    'flush',
    'hard-cut',
    'resumed',
    'silence',
    'soft-cut',
    'speech-start',
  ])
})

test('segments come in order with growing ids, do not overlap and lie within the stream', () => {
  for (const run of runs) {
    let floor = run.streamStart
    for (const [index, segment] of closedSegments(run).entries()) {
      expect(segment.segmentId).toBe(index)
      expect(segment.startSamples).toBeGreaterThanOrEqual(floor)
      expect(segment.endSamples).toBeGreaterThan(segment.startSamples)
      expect(segment.endSamples).toBeLessThanOrEqual(run.streamEnd)
      floor = segment.endSamples
    }
  }
})

test('no segment is longer than the hard limit, and none was cut softly before the soft one', () => {
  for (const run of runs) {
    for (const segment of closedSegments(run)) {
      const length = segment.endSamples - segment.startSamples
      expect(length).toBeLessThanOrEqual(run.options.hardCutMs * 16)
      if (segment.type === 'end' && segment.reason === 'soft-cut') {
        expect(length).toBeGreaterThanOrEqual(run.options.softCutMs * 16)
      }
    }
  }
})

test('a segment after a cut starts exactly where the one before ended', () => {
  let cuts = 0
  for (const run of runs) {
    const segments = closedSegments(run)
    for (const [index, segment] of segments.entries()) {
      if (segment.type !== 'end' || !segment.reason.endsWith('-cut')) continue
      cuts += 1
      expect(segments[index + 1]?.startSamples).toBe(segment.endSamples)
      expect(segments[index + 1]?.type).toBe('end')
    }
  }
  expect(cuts).toBeGreaterThan(150)
})

test('every speech window lies in exactly one segment', () => {
  for (const run of runs) {
    const segments = closedSegments(run)
    let index = 0
    for (const start of run.speechWindows) {
      while ((segments[index]?.endSamples ?? Infinity) <= start) index += 1
      const segment = segments[index]
      expect(segment?.startSamples).toBeLessThanOrEqual(start)
      expect(segment?.endSamples).toBeGreaterThanOrEqual(start + WINDOW)
    }
  }
})

test('a segment has its whole pre-roll where the sound before is free', () => {
  for (const run of runs) {
    let floor = run.streamStart
    let index = 0
    for (const segment of closedSegments(run)) {
      while ((run.speechWindows[index] ?? Infinity) < segment.startSamples) index += 1
      const first = run.speechWindows[index] ?? Number.NaN
      const full = Math.max(floor, first - run.options.preRollMs * 16)
      const joined = segment.startSamples === floor
      if (!joined) expect(segment.startSamples).toBe(full)
      floor = segment.endSamples
    }
  }
})

test('only segments with too little speech are discarded', () => {
  for (const run of runs) {
    for (const segment of closedSegments(run)) {
      if (segment.type !== 'discarded') continue
      const certain = run.speechWindows.filter(
        (start) => start >= segment.startSamples && start < segment.endSamples,
      )
      expect(certain.length * WINDOW).toBeLessThan(run.options.minSpeechMs * 16)
    }
  }
})

test('events of a segment keep their order: start, candidates taken back by resumed, one end with the last candidate', () => {
  for (const run of runs) {
    let open:
      | { id: number; startSamples: number; revision: number; candidate: SegmentEvent | undefined }
      | undefined
    for (const event of run.steps.flatMap((step) => step.events)) {
      if (event.type === 'speech-start') {
        expect(open).toBe(undefined)
        open = { id: event.segmentId, startSamples: event.startSamples, revision: 0, candidate: undefined }
        continue
      }
      expect(event.segmentId).toBe(open?.id)
      if (open === undefined) break
      switch (event.type) {
        case 'candidate':
          expect(open.candidate).toBe(undefined)
          expect(event.revision).toBe(open.revision)
          expect(event.startSamples).toBe(open.startSamples)
          open.candidate = event
          break
        case 'resumed':
          expect(open.candidate).toBeDefined()
          open.candidate = undefined
          open.revision += 1
          break
        case 'end':
          expect(event.revision).toBe(open.revision)
          expect(event.startSamples).toBe(open.startSamples)
          if (open.candidate !== undefined) {
            const { reason: _, ...range } = event
            expect({ ...range, type: 'candidate' }).toEqual(open.candidate)
          } else {
            expect(event.reason).not.toBe('silence')
          }
          open = undefined
          break
        case 'discarded':
          expect(open.candidate).toBe(undefined)
          expect(event.startSamples).toBe(open.startSamples)
          open = undefined
          break
      }
    }
    expect(open).toBe(undefined)
  }
})

test('no event asks for sound before the position retained so far, which never goes back', () => {
  for (const run of runs) {
    let retained = 0
    for (const step of run.steps) {
      for (const event of step.events) {
        if ('startSamples' in event) expect(event.startSamples).toBeGreaterThanOrEqual(retained)
      }
      expect(step.retained).toBeGreaterThanOrEqual(retained)
      retained = step.retained
    }
  }
})

test('silence retains no more than the pre-roll', () => {
  const segmenter = new Segmenter()
  for (let window = 0; window < 1000; window += 1) segmenter.push(window * WINDOW, 0)
  expect(segmenter.retainFromSamples).toBe(1000 * WINDOW - 320 * 16)
})
