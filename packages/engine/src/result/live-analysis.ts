import { AudioHistory } from '../audio/audio-history.ts'
import { type AudioWindow, Framer } from '../audio/framer.ts'
import { Resampler } from '../audio/resampler.ts'
import { SpeechError, toSpeechError } from '../errors.ts'
import type { RecognizeOptions } from '../model/ports.ts'
import type { SegmentEvent } from '../vad/segment-event.ts'
import { Segmenter } from '../vad/segmenter.ts'
import { LONGEST_WHOLE_SOUND_SAMPLES } from './analyze-whole-sound.ts'
import type { LiveAnalysisChanges, LiveAnalysisOptions, LiveAnalysisParts } from './live-analysis-options.ts'
import { PartialStabilizer } from './partials.ts'
import type { SegmentJob, SegmentJobOutcome } from './segment-job.ts'
import { SegmentJobs } from './segment-jobs.ts'
import type { SpeechResult } from './speech-result.ts'

const SAMPLES_PER_MS = 16
/** The history grows only as far as the open segment does; this is where something must be wrong. */
const HISTORY_SAMPLES = 10 * 60 * 1000 * SAMPLES_PER_MS
/** Sound of waiting segments beyond which the oldest is dropped: a minute behind is no conversation any more. */
const DEFAULT_BACKLOG_MS = 60_000

interface Work {
  readonly samples: Float32Array
  readonly startSamples: number
  readonly options: RecognizeOptions
  /** By the clock; when the last speech came in. */
  readonly speechEndedAtMs: number
}

interface Recognized {
  readonly result: SpeechResult
  readonly speechEndedAtMs: number
}

/**
 * One live sound from chunks to events in one thread, for servers and agents: VAD, segments, partial results, speculative decoding of what silence
 * may end. The page does the same over two workers.
 */
export class LiveAnalysis {
  readonly #parts: LiveAnalysisParts
  readonly #options: LiveAnalysisOptions
  readonly #resampler: Resampler
  readonly #framer = new Framer()
  readonly #history = new AudioHistory(HISTORY_SAMPLES)
  readonly #segmenter: Segmenter
  readonly #live: boolean
  readonly #whole: boolean
  readonly #stabilizer = new PartialStabilizer()
  readonly #jobs: SegmentJobs<Work, Recognized>
  #recognizeOptions: RecognizeOptions
  #last: Promise<unknown> = Promise.resolve()
  #unheardSamples = 0
  #segment: { readonly id: number; readonly startSamples: number; readonly pausing: boolean } | undefined
  #lastPartialSamples = 0
  #busy = 0
  #closed = false

  /** @throws SpeechError `sample-rate-unsupported`, `invalid-argument` */
  constructor(options: LiveAnalysisOptions, parts: LiveAnalysisParts) {
    const { language = 'auto', withItn = true, maxBacklogMs = DEFAULT_BACKLOG_MS, live = true } = options
    this.#parts = parts
    this.#options = options
    this.#resampler = new Resampler(options.sampleRate)
    this.#live = live
    this.#whole = options.segmenter === 'whole'
    this.#segmenter = new Segmenter(options.segmenter === 'whole' ? {} : options.segmenter)
    this.#recognizeOptions = { language, withItn }
    this.#jobs = new SegmentJobs({
      run: (job, queueMs) => this.#run(job, queueMs),
      deliver: (outcome) => this.#outcome(outcome),
      clock: parts.clock,
      maxBacklogSamples: live ? maxBacklogMs * SAMPLES_PER_MS : Number.POSITIVE_INFINITY,
    })
    parts.probe.reset()
  }

  /** Pushed but not yet heard by the VAD, in samples at 16 kHz: what a sender should be held back by. */
  get unheardSamples(): number {
    return this.#unheardSamples
  }

  /** Heard so far, in samples at 16 kHz. */
  get heardSamples(): number {
    return this.#framer.endSamples
  }

  /** Is somebody speaking, as far as was heard? */
  get speaking(): boolean {
    return this.#segment !== undefined
  }

  /**
   * Takes effect with the next recognition, the segmenter's changes with the next window; `whole` stays whole.
   *
   * @throws SpeechError `invalid-argument` for options of the segmenter that cannot be
   */
  configure({ language, withItn, segmenter }: LiveAnalysisChanges): void {
    if (segmenter !== undefined && !this.#whole) this.#segmenter.configure(segmenter)
    this.#recognizeOptions = {
      language: language ?? this.#recognizeOptions.language ?? 'auto',
      withItn: withItn ?? this.#recognizeOptions.withItn ?? true,
    }
  }

  /**
   * Takes sound in. Chunks are heard one after another in the order of the calls.
   *
   * @param samples kept until the promise settles
   * @throws SpeechError `closed`, or why the VAD failed
   */
  push(samples: Float32Array): Promise<void> {
    const length = Math.round((samples.length * 1000 * SAMPLES_PER_MS) / this.#options.sampleRate)
    this.#unheardSamples += length
    return this.#inTurn(async () => {
      try {
        await this.#hear(this.#resampler.push(samples))
      } finally {
        this.#unheardSamples -= length
      }
    })
  }

  /** Ends the open segment here, as a button that is let go does; resolves when everything so far has its answer. */
  async endSegment(): Promise<void> {
    await this.#inTurn(() => this.#flush())
    await this.#jobs.drain()
  }

  /** Ends the sound: resolves when everything has its answer. Nothing can be pushed afterwards. */
  async finish(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#hear(this.#resampler.flush())
      await this.#flush()
    })
    await this.#jobs.drain()
    this.#closed = true
  }

  /** Drops everything; no more events. Resolves when nothing runs any more. */
  async cancel(): Promise<void> {
    this.#closed = true
    this.#jobs.clear()
    await this.#last.catch(() => {})
    await this.#jobs.drain()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#closed) return Promise.reject(new SpeechError('closed', 'the analysis has ended'))
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #hear(samples: Float32Array): Promise<void> {
    this.#history.append(samples)
    for (const window of this.#framer.push(samples)) {
      if (this.#closed) return
      if (this.#whole) this.#hearWhole(window)
      else await this.#judge(window)
    }
  }

  #hearWhole({ startSamples, samples }: AudioWindow): void {
    if (startSamples + samples.length > LONGEST_WHOLE_SOUND_SAMPLES) {
      throw new SpeechError('invalid-argument', 'without VAD at most 5 minutes are one segment', {
        hint: 'Let the VAD cut it.',
      })
    }
    if (this.#segment === undefined) this.#start(0, 0, 0)
  }

  async #judge(window: AudioWindow): Promise<void> {
    const probability = await this.#parts.probe.probe(window.samples)
    if (this.#closed) return
    const heard = window.startSamples + window.samples.length
    for (const event of this.#segmenter.push(window.startSamples, probability)) await this.#tell(event, heard)
    if (this.#closed) return
    this.#history.discardBefore(this.#segmenter.retainFromSamples)
    this.#partial(heard, probability)
  }

  async #flush(): Promise<void> {
    this.#framer.flush()
    const end = this.#framer.endSamples
    if (this.#whole) {
      if (end === 0) return
      if (this.#segment === undefined) this.#start(0, 0, 0)
      const range = { segmentId: 0, revision: 0, startSamples: 0, endSamples: end }
      return await this.#tell({ type: 'end', ...range, reason: 'flush' }, end)
    }
    for (const event of this.#segmenter.flush(end)) await this.#tell(event, end)
    this.#history.discardBefore(this.#segmenter.retainFromSamples)
    this.#parts.probe.reset()
  }

  async #tell(event: SegmentEvent, heardSamples: number): Promise<void> {
    const { deliver } = this.#parts
    switch (event.type) {
      case 'speech-start':
        this.#start(event.segmentId, event.startSamples, heardSamples)
        break
      case 'candidate':
        this.#segment = { id: event.segmentId, startSamples: event.startSamples, pausing: true }
        if (this.#live) this.#push('candidate', event, heardSamples, true)
        break
      case 'resumed':
        if (this.#segment !== undefined) this.#segment = { ...this.#segment, pausing: false }
        this.#jobs.resumed(event.segmentId)
        break
      case 'end': {
        const { segmentId, endSamples, reason } = event
        this.#segment = undefined
        deliver({ type: 'speech-end', segmentId, endSamples, endMs: endSamples / SAMPLES_PER_MS, reason })
        // One is recognized while the next one is heard; more would only wait.
        if (!this.#live) await this.#jobs.drain()
        if (this.#closed) return
        this.#push('final', event, heardSamples, reason === 'silence')
        break
      }
      case 'discarded': {
        const { segmentId, startSamples, endSamples, reason } = event
        this.#segment = undefined
        const [startMs, endMs] = [startSamples / SAMPLES_PER_MS, endSamples / SAMPLES_PER_MS]
        deliver({ type: 'discarded', segmentId, startMs, endMs, reason })
        break
      }
    }
  }

  #start(segmentId: number, startSamples: number, heardSamples: number): void {
    this.#segment = { id: segmentId, startSamples, pausing: false }
    this.#lastPartialSamples = heardSamples
    const startMs = startSamples / SAMPLES_PER_MS
    this.#parts.deliver({ type: 'speech-start', segmentId, startSamples, startMs })
  }

  #push(
    kind: 'candidate' | 'final',
    range: { segmentId: number; revision: number; startSamples: number; endSamples: number },
    heardSamples: number,
    inSilence: boolean,
  ): void {
    const { segmentId, revision, startSamples, endSamples } = range
    const postRollMs = inSilence ? this.#segmenter.options.postRollMs : 0
    const speechEndedAtMs = this.#parts.clock() - (heardSamples - endSamples) / SAMPLES_PER_MS - postRollMs
    const payload = this.#work(startSamples, endSamples, speechEndedAtMs)
    this.#jobs.push({ kind, segmentId, revision, lengthSamples: endSamples - startSamples, payload })
  }

  #partial(heardSamples: number, probability: number): void {
    const { partialIntervalMs } = this.#options
    const segment = this.#segment
    if (partialIntervalMs === undefined || segment === undefined || segment.pausing || this.#busy > 0) return
    if (heardSamples < this.#lastPartialSamples + partialIntervalMs * SAMPLES_PER_MS) return
    // In a pause the next thing to be decoded may be the end: a partial begun now would be in its way.
    if (probability < this.#segmenter.options.silenceThreshold) return
    this.#lastPartialSamples = heardSamples
    const payload = this.#work(segment.startSamples, heardSamples, this.#parts.clock())
    const lengthSamples = heardSamples - segment.startSamples
    this.#jobs.push({ kind: 'partial', segmentId: segment.id, lengthSamples, payload })
  }

  #work(startSamples: number, endSamples: number, speechEndedAtMs: number): Work {
    const samples = this.#history.slice(startSamples, endSamples)
    return { samples, startSamples, options: this.#recognizeOptions, speechEndedAtMs }
  }

  async #run({ kind, segmentId, payload }: SegmentJob<Work>, queueMs: number): Promise<Recognized> {
    this.#busy += 1
    try {
      const { samples, startSamples, options, speechEndedAtMs } = payload
      const result = await this.#parts.recognize({ id: segmentId, samples, startSamples }, options, kind)
      return { result: { ...result, timings: { queueMs, ...result.timings } }, speechEndedAtMs }
    } finally {
      this.#busy -= 1
    }
  }

  #outcome(outcome: SegmentJobOutcome<Recognized>): void {
    const { deliver } = this.#parts
    switch (outcome.type) {
      case 'partial':
        if (this.#options.partialIntervalMs !== undefined) {
          deliver({ type: 'partial', partial: this.#stabilizer.update(outcome.result.result) })
        }
        break
      case 'final':
        deliver({ type: 'result', result: this.#timed(outcome.result) })
        break
      case 'failed':
        // A partial that failed is no loss: its final is still to come.
        if (outcome.kind === 'final') {
          deliver({ type: 'error', error: toSpeechError(outcome.error, 'inference-failed') })
        }
        break
      case 'dropped': {
        const { samples, totalSamples } = outcome
        deliver({ type: 'overrun', where: 'recognizer', samples, totalSamples })
        break
      }
    }
  }

  #timed({ result, speechEndedAtMs }: Recognized): SpeechResult {
    if (!this.#live) return result
    const endOfSpeechToResultMs = this.#parts.clock() - speechEndedAtMs
    return { ...result, timings: { ...result.timings, endOfSpeechToResultMs } }
  }
}
