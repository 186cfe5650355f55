import { AudioHistory } from '../audio/audio-history.ts'
import { Framer } from '../audio/framer.ts'
import { toSpeechError } from '../errors.ts'
import type { SpeechEvent } from '../events.ts'
import {
  type RecognizeOptions,
  type Recognizer,
  VAD_WINDOW_SAMPLES,
  type VoiceProbe,
} from '../model/ports.ts'
import type { SegmentEvent, SegmenterOptions } from '../vad/segment-event.ts'
import { Segmenter } from '../vad/segmenter.ts'

const SAMPLES_PER_MS = 16

/** Between two `analysis-progress` events, in sound. */
const PROGRESS_MS = 1_000

export interface AnalyzeSoundParts {
  /** Reset at the start; must not be used by anyone else until the analysis ends. */
  readonly probe: VoiceProbe
  readonly recognizer: Recognizer
}

export interface AnalyzeSoundOptions extends RecognizeOptions {
  /** Changes to the segmenter's defaults. */
  readonly segmenter?: Partial<SegmenterOptions>
  /** Length of the whole sound at 16 kHz; without it there are no `analysis-progress` events. */
  readonly totalSamples?: number
}

/**
 * A finite sound from start to end: windows, voice activity, segments, results. While one segment is being recognized the next is already
 * looked for, and when that is found too the sound waits: never more than two segments are held, however long the sound is.
 *
 * @param sound chunks of any length, 16 kHz mono in [-1, 1]; read only as fast as they are analyzed
 * @returns `speech-start`, `speech-end`, `result`, `discarded` and `analysis-progress` events. Results come in the order of their segments,
 *   each after its `speech-end`. A segment that failed gives an `error` event and the others are still recognized; a failing probe or
 *   source ends the iteration by throwing. Leaving the loop stops the analysis.
 * @throws SpeechError `invalid-argument` for faulty segmenter options
 */
export async function* analyzeSound(
  sound: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  { probe, recognizer }: AnalyzeSoundParts,
  options: AnalyzeSoundOptions = {},
): AsyncGenerator<SpeechEvent, void, undefined> {
  const { segmenter: segmenterOptions, totalSamples, ...recognizeOptions } = options
  const segmenter = new Segmenter(segmenterOptions)
  const framer = new Framer()
  const history = new AudioHistory(longestNeeded(segmenter.options))
  const recognition = new OneAhead()
  let nextProgressMs = PROGRESS_MS

  async function* told(events: readonly SegmentEvent[]): AsyncGenerator<SpeechEvent, void, undefined> {
    for (const event of events) {
      const spoken = speechEvent(event)
      if (spoken !== undefined) yield spoken
      if (event.type !== 'end') continue
      const { segmentId: id, startSamples, endSamples } = event
      const segment = { id, startSamples, samples: history.slice(startSamples, endSamples) }
      yield* recognition.rest()
      recognition.begin(recognizer.recognize(segment, recognizeOptions))
    }
  }

  probe.reset()
  try {
    for await (const chunk of sound) {
      for (let at = 0; at < chunk.length; at += VAD_WINDOW_SAMPLES) {
        const piece = chunk.subarray(at, at + VAD_WINDOW_SAMPLES)
        history.append(piece)
        for (const window of framer.push(piece)) {
          yield* told(segmenter.push(window.startSamples, await probe.probe(window.samples)))
          history.discardBefore(segmenter.retainFromSamples)
        }
        yield* recognition.ready()
      }
      const analyzedMs = framer.endSamples / SAMPLES_PER_MS
      if (totalSamples !== undefined && analyzedMs >= nextProgressMs) {
        yield { type: 'analysis-progress', analyzedMs, totalMs: totalSamples / SAMPLES_PER_MS }
        nextProgressMs = analyzedMs + PROGRESS_MS
      }
    }
    yield* told(segmenter.flush(framer.endSamples))
    yield* recognition.rest()
    if (totalSamples !== undefined) {
      const totalMs = framer.endSamples / SAMPLES_PER_MS
      yield { type: 'analysis-progress', analyzedMs: totalMs, totalMs }
    }
  } finally {
    await recognition.settled()
  }
}

/** One recognition under way beside the search for the next segment; it never rejects. */
class OneAhead {
  #running: Promise<SpeechEvent> | undefined
  #outcome: SpeechEvent | undefined

  begin(result: ReturnType<Recognizer['recognize']>): void {
    this.#running = result.then(
      (result): SpeechEvent => ({ type: 'result', result }),
      (error: unknown): SpeechEvent => ({ type: 'error', error: toSpeechError(error, 'inference-failed') }),
    )
    void this.#running.then((outcome) => {
      this.#outcome = outcome
    })
  }

  /** The outcome if there is one by now. */
  *ready(): Generator<SpeechEvent, void, undefined> {
    if (this.#outcome === undefined) return
    const outcome = this.#outcome
    this.#running = undefined
    this.#outcome = undefined
    yield outcome
  }

  /** Waits for the outcome of what was begun, if anything was. */
  async *rest(): AsyncGenerator<SpeechEvent, void, undefined> {
    await this.settled()
    yield* this.ready()
  }

  async settled(): Promise<void> {
    await this.#running
  }
}

/** An open segment reaches from its pre-roll to its hard cut; behind its end the hang-over is heard, and a chunk may bring more windows. */
function longestNeeded({ preRollMs, hardCutMs, hangOverMs }: SegmenterOptions): number {
  return Math.ceil((preRollMs + hardCutMs + hangOverMs) * SAMPLES_PER_MS) + 4 * VAD_WINDOW_SAMPLES
}

function speechEvent(event: SegmentEvent): SpeechEvent | undefined {
  switch (event.type) {
    case 'speech-start': {
      const { segmentId, startSamples } = event
      return { type: 'speech-start', segmentId, startSamples, startMs: startSamples / SAMPLES_PER_MS }
    }
    case 'end': {
      const { segmentId, endSamples, reason } = event
      return { type: 'speech-end', segmentId, endSamples, endMs: endSamples / SAMPLES_PER_MS, reason }
    }
    case 'discarded': {
      const { segmentId, startSamples, endSamples, reason } = event
      const startMs = startSamples / SAMPLES_PER_MS
      return { type: 'discarded', segmentId, startMs, endMs: endSamples / SAMPLES_PER_MS, reason }
    }
    case 'candidate':
    case 'resumed':
      return undefined
  }
}
