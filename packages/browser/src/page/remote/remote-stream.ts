import { AudioHistory, LevelMeter, SpeechError, type SpeechEvent } from '@sensevoice-web/engine'
import { type ConnectionState, type ServedModelFacts, StreamClient } from '@sensevoice-web/protocol'
import { AudioInbox } from '../../wire/audio-inbox.ts'
import { ProgressTeller } from '../../wire/progress-teller.ts'
import { SoundIntake } from '../../wire/sound-intake.ts'
import type { StreamChanges, StreamConfig } from '../../wire/stream-config.ts'
import type { AnalysisPlace, OpenStream } from '../analysis-place.ts'
import { Answered } from './answered.ts'
import { Continuation } from './continuation.ts'
import { EndToEnd } from './end-to-end.ts'
import type { RemoteServer } from './remote-server.ts'
import type { ReplyLine } from './reply-line.ts'

const MODEL_RATE = 16_000
const SAMPLES_PER_MS = 16
const LEVEL_SAMPLES = 50 * SAMPLES_PER_MS
/** Sound without an answer that is kept for another place to go on with. */
const KEPT_SAMPLES = 60 * MODEL_RATE
/** While that place is being loaded nothing is thrown away; this is where something must be wrong. */
const HISTORY_SAMPLES = 10 * 60 * MODEL_RATE
/** Finite sound on its way to the server at a time. */
const AHEAD_MS = 5000

export interface RemoteStreamParts {
  readonly server: RemoteServer
  readonly config: StreamConfig
  readonly deliver: (event: SpeechEvent) => void
  readonly ownPlace: ((signal: AbortSignal) => Promise<AnalysisPlace>) | undefined
  /** @returns what is new about it, to be told */
  readonly reached: (model: ServedModelFacts, canReply: boolean) => SpeechEvent | undefined
  readonly replies: ReplyLine
  readonly signal: AbortSignal
}

/**
 * One stream of sound to a server and its events back. Sound goes there at 16 kHz; what has no answer yet is kept, so that the page's own workers can go
 * on from there when the server is away for longer than a moment.
 */
export class RemoteStream implements OpenStream {
  readonly audio: MessagePort
  readonly done: Promise<void>
  readonly #parts: RemoteStreamParts
  readonly #inbox: AudioInbox
  readonly #client: StreamClient
  readonly #sound = new AudioHistory(HISTORY_SAMPLES)
  readonly #answered = new Answered()
  readonly #meter = new LevelMeter()
  readonly #endToEnd: EndToEnd
  readonly #progress: ProgressTeller | undefined
  readonly #abort = new AbortController()
  #config: StreamConfig
  #taken: Promise<void>
  #speaking = false
  #lostSamples = 0
  #nextProgressSamples = MODEL_RATE
  /** While the server is away. */
  #patience: ReturnType<typeof setTimeout> | undefined
  /** `open` once it has caught up. */
  #continuation: { readonly opening: Promise<Continuation>; open: Continuation | undefined } | undefined
  #failure: SpeechError | undefined

  /** @throws SpeechError `sample-rate-unsupported` */
  constructor(parts: RemoteStreamParts) {
    this.#parts = parts
    this.#config = parts.config
    this.#endToEnd = new EndToEnd(parts.config)
    const { sampleRate, language, withItn, segmentation, live, partialIntervalMs, totalMs } = parts.config
    if (totalMs !== undefined) this.#progress = new ProgressTeller(totalMs, parts.deliver)
    const { port1, port2 } = new MessageChannel()
    this.audio = port1
    this.#inbox = new AudioInbox(port2)
    const intake = new SoundIntake({
      inbox: this.#inbox,
      sampleRate,
      hear: (samples) => this.#hear(samples),
      lost: (samples) => this.#tellLoss('capture', samples),
      cancelled: () => this.#abort.signal.aborted,
    })
    this.#client = new StreamClient({
      url: parts.server.url,
      WebSocket,
      sampleRate: MODEL_RATE,
      language,
      withItn,
      segmentation,
      live,
      ...(partialIntervalMs === undefined ? { partials: false } : { partialIntervalMs }),
      ...(parts.server.reply && live ? { reply: true, onReply: (reply) => parts.replies.hear(reply) } : {}),
      onEvent: (event) => this.#told(event),
      onConnection: (state) => this.#connection(state),
    })
    if (live) parts.replies.begin(() => this.#client.interrupt())
    // What becomes of it is told to `onConnection`.
    this.#client.open().catch(() => {})
    this.#taken = intake.run()
    this.done = this.#taken.then(() => this.#answerAll()).finally(() => this.#leave())
    this.done.catch(() => {})
  }

  pause(): Promise<void> {
    return this.#inbox.command(async () => {
      this.#speaking = false
      const continuation = await this.#continuation?.opening
      if (continuation === undefined) this.#client.endSegment()
      else await continuation.pause()
    })
  }

  async configure(changes: StreamChanges): Promise<void> {
    const { segmentation, ...recognition } = changes
    const present = this.#config.segmentation
    this.#config = {
      ...this.#config,
      ...recognition,
      segmentation: present === 'whole' ? present : { ...present, ...segmentation },
    }
    if (this.#continuation === undefined) this.#client.configure(changes)
    else await (await this.#continuation.opening).configure(changes)
  }

  async finish(): Promise<void> {
    this.#inbox.flush()
    await this.#taken
  }

  async cancel(): Promise<void> {
    this.#abort.abort(new SpeechError('closed', 'the stream was cancelled'))
    this.#inbox.close()
    this.audio.close()
    this.#leave()
    await this.#continuation?.opening.then((continuation) => continuation.cancel()).catch(() => {})
  }

  async #hear(samples: Float32Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const continuation = this.#continuation?.open
    if (continuation !== undefined) return await continuation.take(samples)
    this.#keep(samples)
    this.#endToEnd.heard(this.#sound.endSamples)
    if (this.#config.live) this.#tellLevel(samples)
    if (this.#continuation === undefined) this.#client.send(samples)
    if (this.#config.overload === 'drop') return
    await this.#client.drained(AHEAD_MS)
    await this.#continuation?.opening
    if (!this.#config.live) this.#tellProgress()
  }

  #keep(samples: Float32Array): void {
    const lost = this.#sound.append(samples)
    if (lost > 0) this.#tellLoss('listener', lost)
    if (this.#continuation !== undefined) return
    const oldest = this.#sound.endSamples - KEPT_SAMPLES
    this.#sound.discardBefore(Math.max(oldest, this.#answered.place.fromSamples))
  }

  #tellLoss(where: 'capture' | 'listener', samples: number): void {
    this.#lostSamples += samples
    this.#parts.deliver({ type: 'overrun', where, samples, totalSamples: this.#lostSamples })
  }

  #told(event: SpeechEvent): void {
    if (this.#abort.signal.aborted || this.#continuation !== undefined) return
    this.#answered.take(event)
    if (event.type === 'speech-start') this.#speaking = true
    if (event.type === 'speech-end' || event.type === 'discarded') this.#speaking = false
    this.#parts.deliver(this.#endToEnd.timed(event))
  }

  #connection(state: ConnectionState): void {
    const { server } = this.#parts
    switch (state.type) {
      case 'connecting':
      case 'reconnecting':
        this.#patience ??= setTimeout(() => {
          this.#goOnWithout(
            new SpeechError('network', `${server.host} was away for ${server.patienceMs} ms`, {
              hint: 'Check the server and the network.',
              retryable: true,
            }),
          )
        }, server.patienceMs)
        break
      case 'open':
        clearTimeout(this.#patience)
        this.#patience = undefined
        this.#reached(state)
        break
      case 'closed':
        if (state.error !== undefined) this.#goOnWithout(state.error)
        break
    }
  }

  #reached({ model, canReply }: Extract<ConnectionState, { type: 'open' }>): void {
    const news = this.#parts.reached(model, canReply)
    if (news !== undefined) this.#parts.deliver(news)
  }

  #goOnWithout(error: SpeechError): void {
    if (this.#abort.signal.aborted || this.#continuation !== undefined || this.#failure !== undefined) return
    clearTimeout(this.#patience)
    const { ownPlace } = this.#parts
    if (ownPlace === undefined) {
      this.#failure = error
      this.#inbox.close()
    } else {
      const opening = this.#openOwn(ownPlace, error)
      this.#continuation = { opening, open: undefined }
      opening.catch(() => this.#inbox.close())
    }
    this.#client.close()
  }

  async #openOwn(ownPlace: (signal: AbortSignal) => Promise<AnalysisPlace>, error: SpeechError) {
    const signal = AbortSignal.any([this.#parts.signal, this.#abort.signal])
    const place = await ownPlace(signal)
    const { provider } = place.runtime
    this.#parts.deliver({
      type: 'runtime',
      provider,
      reason: `The server is gone (${error.message}); this page goes on by itself.`,
    })
    const continuation = await Continuation.open(place, {
      config: this.#config,
      sound: this.#sound,
      answered: this.#answered,
      deliver: (event) => {
        if (!this.#abort.signal.aborted) this.#parts.deliver(event)
      },
      signal,
    })
    continuation.done.catch(() => this.#inbox.close())
    await continuation.catchUp(this.#sound, () => {
      if (this.#continuation !== undefined) this.#continuation.open = continuation
    })
    return continuation
  }

  async #answerAll(): Promise<void> {
    if (this.#abort.signal.aborted) return
    if (this.#failure !== undefined) throw this.#failure
    if (this.#continuation === undefined) {
      try {
        await this.#client.finish()
        return
      } catch (error) {
        if (this.#failure !== undefined) throw this.#failure
        if (this.#continuation === undefined) throw error
      }
    }
    const continuation = await this.#continuation?.opening
    await continuation?.finish()
  }

  #leave(): void {
    clearTimeout(this.#patience)
    this.#inbox.close()
    this.#client.close()
  }

  #tellLevel(samples: Float32Array): void {
    this.#meter.push(samples)
    if (this.#meter.samples < LEVEL_SAMPLES) return
    const { rms, peak } = this.#meter.take()
    // The server keeps its probabilities: what it told last is all that is known here.
    const speechProbability = this.#speaking ? 1 : 0
    const positionMs = this.#sound.endSamples / SAMPLES_PER_MS
    this.#parts.deliver({ type: 'level', rms, peak, speechProbability, speaking: this.#speaking, positionMs })
  }

  #tellProgress(): void {
    if (this.#sound.endSamples < this.#nextProgressSamples) return
    this.#nextProgressSamples = this.#sound.endSamples + MODEL_RATE
    this.#progress?.tell(this.#sound.endSamples / SAMPLES_PER_MS - this.#client.unacknowledgedMs)
  }
}
