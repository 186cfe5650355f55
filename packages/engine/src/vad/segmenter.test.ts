import { describe, expect, test } from 'vitest'
import { SpeechError } from '../errors.ts'
import type { SegmentEvent } from './segment-event.ts'
import { Segmenter } from './segmenter.ts'

const WINDOW = 512
const SPEECH = 0.9
const SILENCE = 0.05

/** Pushes runs of `[probability, windows]` from `fromSamples` on; returns the events and where the sound ends. */
function pushRuns(segmenter: Segmenter, runs: readonly [number, number][], fromSamples = 0) {
  const events: SegmentEvent[] = []
  let position = fromSamples
  for (const [probability, windows] of runs) {
    for (let index = 0; index < windows; index += 1) {
      events.push(...segmenter.push(position, probability))
      position += WINDOW
    }
  }
  return { events, endSamples: position }
}

function codeOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    if (error instanceof SpeechError) return error.code
  }
  return 'nothing thrown'
}

describe('one utterance', () => {
  test('starts with pre-roll, becomes a candidate after the post-roll and ends with the same range after the hang-over', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SILENCE, 30],
      [SPEECH, 10],
      [SILENCE, 20],
    ])
    const range = { segmentId: 0, revision: 0, startSamples: 20 * WINDOW, endSamples: 46 * WINDOW }
    expect(events).toEqual([
      { type: 'speech-start', segmentId: 0, startSamples: 20 * WINDOW },
      { type: 'candidate', ...range },
      { type: 'end', ...range, reason: 'silence' },
    ])
  })

  test('tells speech-start with the first speech window and the candidate with the sixth silent one', () => {
    const segmenter = new Segmenter()
    pushRuns(segmenter, [[SILENCE, 3]])
    expect(segmenter.push(3 * WINDOW, 0.5).map((event) => event.type)).toEqual(['speech-start'])
    pushRuns(segmenter, [[SPEECH, 9]], 4 * WINDOW)
    expect(pushRuns(segmenter, [[SILENCE, 5]], 13 * WINDOW).events).toEqual([])
    expect(segmenter.push(18 * WINDOW, SILENCE).map((event) => event.type)).toEqual(['candidate'])
  })

  test('has no pre-roll from before the stream', () => {
    const segmenter = new Segmenter()
    expect(segmenter.push(16_000, SPEECH)).toEqual([
      { type: 'speech-start', segmentId: 0, startSamples: 16_000 },
    ])
  })

  test('takes the candidate back when speech returns, and numbers the next one higher', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SPEECH, 10],
      [SILENCE, 10],
      [SPEECH, 1],
      [SILENCE, 20],
    ])
    expect(events.map((event) => event.type)).toEqual([
      'speech-start',
      'candidate',
      'resumed',
      'candidate',
      'end',
    ])
    expect(events[1]).toMatchObject({ revision: 0, endSamples: 16 * WINDOW })
    expect(events[3]).toMatchObject({ revision: 1, endSamples: 27 * WINDOW })
    expect(events[4]).toMatchObject({ revision: 1, endSamples: 27 * WINDOW })
  })

  test('goes on through doubtful windows while speaking, but does not come back for them', () => {
    const through = pushRuns(new Segmenter(), [
      [SPEECH, 10],
      [0.4, 40],
    ])
    expect(through.events.map((event) => event.type)).toEqual(['speech-start'])
    const back = pushRuns(new Segmenter(), [
      [SPEECH, 10],
      [SILENCE, 8],
      [0.4, 12],
    ])
    expect(back.events.map((event) => event.type)).toEqual(['speech-start', 'candidate', 'end'])
  })

  test('is discarded without a candidate when there was too little speech', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SILENCE, 20],
      [SPEECH, 4],
      [SILENCE, 20],
    ])
    expect(events).toEqual([
      { type: 'speech-start', segmentId: 0, startSamples: 10 * WINDOW },
      {
        type: 'discarded',
        segmentId: 0,
        startSamples: 10 * WINDOW,
        endSamples: 30 * WINDOW,
        reason: 'too-short',
      },
    ])
  })
})

describe('the next utterance', () => {
  test('reaches back for its pre-roll no further than the end before it', () => {
    const { events } = pushRuns(new Segmenter({ preRollMs: 2000 }), [
      [SPEECH, 10],
      [SILENCE, 22],
      [SPEECH, 1],
    ])
    expect(events.at(-1)).toEqual({ type: 'speech-start', segmentId: 1, startSamples: 16 * WINDOW })
  })
})

describe('long speech', () => {
  const fifteenSeconds = Math.ceil((15 * 16_000) / WINDOW)

  test('is cut softly at the pause after 15 s, and the next segment starts there', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SPEECH, fifteenSeconds + 31],
      [0.1, 2],
      [SPEECH, 200],
    ])
    const at = (fifteenSeconds + 31) * WINDOW
    expect(events.slice(1, 3)).toEqual([
      { type: 'end', segmentId: 0, revision: 0, startSamples: 0, endSamples: at, reason: 'soft-cut' },
      { type: 'speech-start', segmentId: 1, startSamples: at },
    ])
  })

  test('is cut at the quietest of several pauses in the three seconds after the soft limit', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SPEECH, fifteenSeconds + 10],
      [0.2, 1],
      [SPEECH, 20],
      [0.02, 1],
      [SPEECH, 20],
      [0.1, 1],
      [SPEECH, 100],
    ])
    expect(events[1]).toMatchObject({ type: 'end', endSamples: (fifteenSeconds + 31) * WINDOW })
  })

  test('without a pause is cut at the quietest window once 30 s are full', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SPEECH, 700],
      [0.45, 1],
      [SPEECH, 400],
    ])
    expect(events[1]).toMatchObject({ type: 'end', endSamples: 700 * WINDOW, reason: 'soft-cut' })
  })

  test('that is equally loud all the time is cut hard within two windows of 30 s', () => {
    const { events } = pushRuns(new Segmenter(), [[SPEECH, 2000]])
    const ends = events.filter((event) => event.type === 'end')
    expect(ends).toHaveLength(2)
    for (const end of ends) {
      expect(end).toMatchObject({ reason: 'hard-cut' })
      const length = end.endSamples - end.startSamples
      expect(length).toBeLessThanOrEqual(480_000)
      expect(length).toBeGreaterThan(480_000 - 2 * WINDOW)
    }
  })

  test('is not cut while a candidate is out; it ends there when silence goes on', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SPEECH, 920],
      [SILENCE, 20],
    ])
    expect(events.map((event) => event.type)).toEqual(['speech-start', 'candidate', 'end'])
    expect(events.at(-1)).toMatchObject({ reason: 'silence', endSamples: 926 * WINDOW })
  })

  test('that comes back past the hard limit takes the candidate back and cuts in the pause', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SPEECH, 925],
      [SILENCE, 15],
      [SPEECH, 1],
    ])
    expect(events.map((event) => event.type)).toEqual([
      'speech-start',
      'candidate',
      'resumed',
      'end',
      'speech-start',
    ])
    expect(events[3]).toMatchObject({ revision: 1, endSamples: 925 * WINDOW, reason: 'soft-cut' })
  })

  test('keeps what is left after a cut, however short', () => {
    const { events } = pushRuns(new Segmenter(), [
      [SPEECH, 937],
      [SILENCE, 25],
    ])
    expect(events.map((event) => event.type)).toEqual([
      'speech-start',
      'end',
      'speech-start',
      'candidate',
      'end',
    ])
    expect(events[2]).toMatchObject({ segmentId: 1, startSamples: 936 * WINDOW })
  })
})

describe('flush', () => {
  test('keeps the sound that did not fill a window when it was speaking', () => {
    const segmenter = new Segmenter()
    const { endSamples } = pushRuns(segmenter, [[SPEECH, 20]])
    expect(segmenter.flush(endSamples + 300)).toEqual([
      {
        type: 'end',
        segmentId: 0,
        revision: 0,
        startSamples: 0,
        endSamples: endSamples + 300,
        reason: 'flush',
      },
    ])
    expect(segmenter.flush(endSamples + 300)).toEqual([])
  })

  test('ends a candidate with its own range and revision', () => {
    const segmenter = new Segmenter()
    const { endSamples } = pushRuns(segmenter, [
      [SPEECH, 10],
      [SILENCE, 9],
    ])
    expect(segmenter.flush(endSamples)).toEqual([
      { type: 'end', segmentId: 0, revision: 0, startSamples: 0, endSamples: 16 * WINDOW, reason: 'flush' },
    ])
  })

  test('lets the stream go on with the next segment id and nothing from before', () => {
    const segmenter = new Segmenter()
    const { endSamples } = pushRuns(segmenter, [[SPEECH, 20]])
    segmenter.flush(endSamples)
    expect(segmenter.push(endSamples, SPEECH)).toEqual([
      { type: 'speech-start', segmentId: 1, startSamples: endSamples },
    ])
  })
})

describe('a jump ahead', () => {
  test('ends the open segment where its sound ended; nothing reaches back over it', () => {
    const segmenter = new Segmenter()
    const { endSamples } = pushRuns(segmenter, [[SPEECH, 20]])
    expect(segmenter.push(endSamples + 1000, SPEECH)).toEqual([
      { type: 'end', segmentId: 0, revision: 0, startSamples: 0, endSamples, reason: 'flush' },
      { type: 'speech-start', segmentId: 1, startSamples: endSamples + 1000 },
    ])
  })
})

describe('what is refused', () => {
  test('every faulty option is named at once', () => {
    const create = () =>
      new Segmenter({ speechThreshold: 2, silenceThreshold: 0, hangOverMs: 100, softCutMs: Number.NaN })
    expect(codeOf(create)).toBe('invalid-argument')
    expect(create).toThrow(/speechThreshold.*silenceThreshold.*softCutMs.*postRollMs/)
    expect(() => new Segmenter({ hardCutMs: 10_000 })).toThrow(/hardCutMs 10000/)
    expect(() => new Segmenter(JSON.parse('{"preroll": 3}'))).toThrow(/no option preroll/)
  })

  test('a faulty change of options leaves the old ones', () => {
    const segmenter = new Segmenter()
    const before = segmenter.options
    expect(codeOf(() => segmenter.configure({ hangOverMs: -1 }))).toBe('invalid-argument')
    expect(segmenter.options).toEqual(before)
  })

  test('windows that go back, impossible probabilities and ends, without a change of state', () => {
    const segmenter = new Segmenter()
    pushRuns(segmenter, [[SPEECH, 10]])
    expect(codeOf(() => segmenter.push(9 * WINDOW, SPEECH))).toBe('invalid-argument')
    expect(codeOf(() => segmenter.push(10 * WINDOW, Number.NaN))).toBe('invalid-argument')
    expect(codeOf(() => segmenter.push(10 * WINDOW, 1.1))).toBe('invalid-argument')
    expect(codeOf(() => segmenter.push(10.5 * WINDOW + 0.5, SPEECH))).toBe('invalid-argument')
    expect(codeOf(() => segmenter.flush(10 * WINDOW - 1))).toBe('invalid-argument')
    expect(segmenter.push(10 * WINDOW, SPEECH)).toEqual([])
  })
})

describe('live changes', () => {
  test('a longer hang-over holds for the segment that is open', () => {
    const segmenter = new Segmenter()
    const { endSamples } = pushRuns(segmenter, [
      [SPEECH, 10],
      [SILENCE, 10],
    ])
    segmenter.configure({ hangOverMs: 1280 })
    expect(pushRuns(segmenter, [[SILENCE, 29]], endSamples).events).toEqual([])
    expect(segmenter.push(49 * WINDOW, SILENCE)).toMatchObject([{ type: 'end', reason: 'silence' }])
  })

  test('lower limits cut what is open into pieces that keep them', () => {
    const segmenter = new Segmenter()
    const { endSamples } = pushRuns(segmenter, [[SPEECH, 600]])
    segmenter.configure({ softCutMs: 2000, hardCutMs: 4000 })
    const events = segmenter.push(endSamples, SPEECH)
    const ends = events.filter((event) => event.type === 'end')
    expect(ends.length).toBe(4)
    for (const end of ends) expect(end.endSamples - end.startSamples).toBeLessThanOrEqual(64_000)
  })

  test('a candidate that was given out stays, even where the minimum was raised', () => {
    const segmenter = new Segmenter()
    const { endSamples } = pushRuns(segmenter, [
      [SPEECH, 10],
      [SILENCE, 6],
    ])
    segmenter.configure({ minSpeechMs: 1000 })
    expect(segmenter.flush(endSamples)).toMatchObject([{ type: 'end', revision: 0 }])
  })
})

test('reset starts a new stream with segment 0', () => {
  const segmenter = new Segmenter()
  pushRuns(segmenter, [[SPEECH, 100]])
  segmenter.reset()
  expect(segmenter.speaking).toBe(false)
  expect(segmenter.push(0, SPEECH)).toEqual([{ type: 'speech-start', segmentId: 0, startSamples: 0 }])
})
