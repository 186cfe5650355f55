import {
  AudioHistory,
  type AudioWindow,
  Framer,
  type LanguageChoice,
  LevelMeter,
  type SegmentEvent,
  Segmenter,
  SpeechError,
  toSpeechError,
  type VoiceProbe,
} from '@sensevoice-web/engine'
import type { AudioInbox } from '../../wire/audio-inbox.ts'
import type { EventSender } from '../../wire/event-port.ts'
import { wallClockMs } from '../../wire/job-port.ts'
import { ProgressTeller } from '../../wire/progress-teller.ts'
import { SoundIntake } from '../../wire/sound-intake.ts'
import type { StreamChanges, StreamConfig } from '../../wire/stream-config.ts'
import type { JobSender } from './job-sender.ts'

const MODEL_RATE = 16_000
const SAMPLES_PER_MS = MODEL_RATE / 1000
/** A level about every 50 ms: the second worklet chunk of 21 ms completes this many. */
const LEVEL_SAMPLES = 40 * SAMPLES_PER_MS
/** Progress of finite sound, in its own time. */
const PROGRESS_SAMPLES = 500 * SAMPLES_PER_MS
/** The history grows only as far as the open segment does; this is where something must be wrong. */
const HISTORY_SAMPLES = 10 * 60 * MODEL_RATE

export interface StreamParts {
  readonly inbox: AudioInbox
  readonly jobs: JobSender
  readonly events: EventSender
  readonly probe: VoiceProbe
}

interface OpenSegment {
  readonly id: number
  readonly startSamples: number
  /** A candidate is out: no partials until speech goes on. */
  readonly pausing: boolean
}

/**
 * One stream: sound at any rate in; levels, speech-start and speech-end to the page and jobs to the recognizer out. Its pace is that of the
 * VAD alone, except that finite sound is held back while the recognizer is busy.
 */
export class ListenerStream {
  /** Resolves when everything was said; never rejects. */
  readonly finished: Promise<void>
  readonly #config: StreamConfig
  readonly #parts: StreamParts
  readonly #intake: SoundIntake
  readonly #framer = new Framer()
  readonly #history = new AudioHistory(HISTORY_SAMPLES)
  readonly #meter = new LevelMeter()
  readonly #segmenter: Segmenter
  readonly #progress: ProgressTeller | undefined
  readonly #whole: boolean
  #language: LanguageChoice
  #withItn: boolean
  #segment: OpenSegment | undefined
  #probability = 0
  #lastPartialSamples = 0
  #nextProgressSamples = PROGRESS_SAMPLES
  #lostSamples = 0
  #cancelled = false

  /** @throws SpeechError `sample-rate-unsupported`, `invalid-argument` */
  constructor(config: StreamConfig, parts: StreamParts) {
    this.#config = config
    this.#parts = parts
    this.#intake = new SoundIntake({
      inbox: parts.inbox,
      sampleRate: config.sampleRate,
      hear: (samples) => this.#hear(samples),
      lost: (samples) => this.#tellLoss(samples),
      cancelled: () => this.#cancelled,
    })
    this.#whole = config.segmentation === 'whole'
    this.#segmenter = new Segmenter(config.segmentation === 'whole' ? {} : config.segmentation)
    if (config.totalMs !== undefined)
      this.#progress = new ProgressTeller(config.totalMs, (event) => parts.events.send(event))
    this.#language = config.language
    this.#withItn = config.withItn
    parts.probe.reset()
    this.finished = this.#run()
  }

  configure({ language, withItn, segmentation }: StreamChanges): void {
    if (segmentation !== undefined && !this.#whole) this.#segmenter.configure(segmentation)
    this.#language = language ?? this.#language
    this.#withItn = withItn ?? this.#withItn
  }

  pause(): Promise<void> {
    return this.#parts.inbox.command(() => this.#endSegment())
  }

  cancel(): void {
    this.#cancelled = true
    this.#parts.inbox.close()
    this.#parts.jobs.close()
  }

  /** Finite sound: what is analyzed reaches to the oldest segment without an answer. */
  progress(): void {
    if (this.#cancelled) return
    this.#nextProgressSamples = this.#framer.endSamples + PROGRESS_SAMPLES
    const open = this.#parts.jobs.oldestOpenSamples ?? this.#segment?.startSamples
    this.#progress?.tell((open ?? this.#framer.endSamples) / SAMPLES_PER_MS)
  }

  async #run(): Promise<void> {
    const { inbox, jobs, events } = this.#parts
    try {
      await this.#intake.run()
      if (this.#cancelled) return
      await this.#endSegment()
      jobs.end()
      events.close()
    } catch (error) {
      if (this.#cancelled) return
      inbox.close()
      jobs.end()
      events.close(toSpeechError(error, 'inference-failed'))
    }
  }

  #tellLoss(samples: number): void {
    this.#lostSamples += samples
    this.#parts.events.send({ type: 'overrun', where: 'capture', samples, totalSamples: this.#lostSamples })
  }

  async #hear(samples: Float32Array): Promise<void> {
    this.#history.append(samples)
    if (this.#config.live) this.#meter.push(samples)
    for (const window of this.#framer.push(samples)) {
      if (this.#cancelled) return
      if (this.#whole) this.#openWhole()
      else await this.#judge(window)
    }
    if (this.#config.live) this.#tellLevel()
    else if (this.#framer.endSamples >= this.#nextProgressSamples) this.progress()
  }

  async #judge(window: AudioWindow): Promise<void> {
    this.#probability = await this.#parts.probe.probe(window.samples)
    if (this.#cancelled) return
    const windowEnd = window.startSamples + window.samples.length
    await this.#tellAll(this.#segmenter.push(window.startSamples, this.#probability), windowEnd)
    this.#history.discardBefore(this.#segmenter.retainFromSamples)
    this.#sendPartial(windowEnd)
  }

  #openWhole(): void {
    if (this.#segment === undefined) this.#start(0, 0)
  }

  /** At a pause and at the end of the stream. */
  async #endSegment(): Promise<void> {
    this.#framer.flush()
    const endSamples = this.#framer.endSamples
    if (this.#whole) {
      if (endSamples > 0) {
        this.#openWhole()
        const range = { segmentId: 0, revision: 0, startSamples: 0, endSamples }
        await this.#tellAll([{ type: 'end', ...range, reason: 'flush' }], endSamples)
      }
      return
    }
    await this.#tellAll(this.#segmenter.flush(endSamples), endSamples)
    this.#history.discardBefore(this.#segmenter.retainFromSamples)
    this.#parts.probe.reset()
    this.#probability = 0
  }

  async #tellAll(events: readonly SegmentEvent[], heardSamples: number): Promise<void> {
    for (const event of events) await this.#tell(event, heardSamples)
  }

  async #tell(event: SegmentEvent, heardSamples: number): Promise<void> {
    const { jobs, events } = this.#parts
    switch (event.type) {
      case 'speech-start':
        this.#start(event.segmentId, event.startSamples)
        break
      case 'candidate':
        this.#segment = { id: event.segmentId, startSamples: event.startSamples, pausing: true }
        if (this.#config.live)
          this.#sendRange('candidate', event, this.#speechEnd(event.endSamples, heardSamples, true))
        break
      case 'resumed':
        if (this.#segment !== undefined) this.#segment = { ...this.#segment, pausing: false }
        if (this.#config.live) jobs.resumed(event.segmentId)
        break
      case 'end': {
        const { segmentId, endSamples, reason } = event
        this.#segment = undefined
        events.send({ type: 'speech-end', segmentId, endMs: endSamples / SAMPLES_PER_MS, endSamples, reason })
        if (this.#config.overload === 'wait') await jobs.room()
        if (this.#cancelled) return
        this.#sendRange('final', event, this.#speechEnd(endSamples, heardSamples, reason === 'silence'))
        break
      }
      case 'discarded': {
        const { segmentId, startSamples, endSamples, reason } = event
        this.#segment = undefined
        const startMs = startSamples / SAMPLES_PER_MS
        events.send({ type: 'discarded', segmentId, startMs, endMs: endSamples / SAMPLES_PER_MS, reason })
        break
      }
    }
  }

  #start(segmentId: number, startSamples: number): void {
    this.#segment = { id: segmentId, startSamples, pausing: false }
    this.#lastPartialSamples = this.#framer.endSamples
    const startMs = startSamples / SAMPLES_PER_MS
    this.#parts.events.send({ type: 'speech-start', segmentId, startMs, startSamples })
  }

  #sendRange(
    kind: 'candidate' | 'final',
    range: { segmentId: number; revision: number; startSamples: number; endSamples: number },
    speechEndedAtMs: number,
  ): void {
    const { segmentId, revision, startSamples, endSamples } = range
    const payload = this.#payload(startSamples, endSamples)
    this.#parts.jobs.send({
      kind,
      segmentId,
      revision,
      lengthSamples: endSamples - startSamples,
      payload: this.#config.live ? { ...payload, speechEndedAtMs } : payload,
    })
  }

  #sendPartial(heardSamples: number): void {
    const { partialIntervalMs } = this.#config
    const segment = this.#segment
    if (partialIntervalMs === undefined || segment === undefined || segment.pausing) return
    const due = this.#lastPartialSamples + partialIntervalMs * SAMPLES_PER_MS
    if (heardSamples < due || !this.#parts.jobs.idle) return
    // In a pause the next thing to be decoded may be the end: a partial begun now would be in its way.
    if (this.#probability < this.#segmenter.options.silenceThreshold) return
    this.#lastPartialSamples = heardSamples
    const payload = this.#payload(segment.startSamples, heardSamples)
    this.#parts.jobs.send({
      kind: 'partial',
      segmentId: segment.id,
      lengthSamples: heardSamples - segment.startSamples,
      payload,
    })
  }

  #payload(startSamples: number, endSamples: number) {
    const samples = this.#history.slice(startSamples, endSamples)
    return { samples, startSamples, language: this.#language, withItn: this.#withItn }
  }

  /** When the last speech sample came in: now, less the sound heard since. */
  #speechEnd(endSamples: number, heardSamples: number, inSilence: boolean): number {
    const postRoll = inSilence ? this.#segmenter.options.postRollMs : 0
    return wallClockMs() - (heardSamples - endSamples) / SAMPLES_PER_MS - postRoll
  }

  #tellLevel(): void {
    if (this.#meter.samples < LEVEL_SAMPLES) return
    const { rms, peak } = this.#meter.take()
    this.#parts.events.send({
      type: 'level',
      rms,
      peak,
      speechProbability: this.#probability,
      speaking: this.#segment !== undefined && !this.#segment.pausing,
      positionMs: this.#framer.endSamples / SAMPLES_PER_MS,
    })
  }
}

/** What a listener answers when it has no stream to do it to. */
export function noStream(call: string): SpeechError {
  return new SpeechError('invalid-argument', `${call} needs an open stream`)
}
