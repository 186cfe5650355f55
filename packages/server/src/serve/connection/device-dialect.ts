import { performance } from 'node:perf_hooks'
import {
  LiveAnalysis,
  Resampler,
  SpeechError,
  type SpeechEvent,
  type SpeechResult,
  type VoiceProbe,
} from '@sensevoice-web/engine'
import { type DeviceRequest, readDeviceRequest, writeDeviceReply } from '@sensevoice-web/protocol'
import type { ConnectionParts, DialectHandler } from './dialect.ts'
import { lossOf } from './lost-speech.ts'

/** A message this long is an utterance by itself; shorter ones are chunks of a stream. */
const WHOLE_MS = 1000
const PARTIAL_INTERVAL_MS = 400
const MODEL_RATE = 16_000

/** The device protocol: docs/protocol.md, a. Every message gets exactly one reply, in order. */
export class DeviceDialect implements DialectHandler {
  readonly #parts: ConnectionParts
  readonly #device: string
  readonly #say: (text: string) => void
  readonly #abort = new AbortController()
  #stream: DeviceStream | undefined
  #segments = 0

  constructor(parts: ConnectionParts, device: string, say: (text: string) => void) {
    this.#parts = parts
    this.#device = device
    this.#say = say
  }

  /** Lock-step has no place for it. */
  readonly isReplying = false

  get unheardMs(): number {
    return this.#stream?.unheardMs ?? 0
  }

  async text(message: string, arrivedMs: number): Promise<void> {
    const request = readDeviceRequest(message)
    this.#parts.onSound(this.#device, (1000 * request.samples.length) / request.sampleRate)
    const whole = request.samples.length >= (WHOLE_MS * request.sampleRate) / 1000
    const { result, final } = whole ? await this.#recognize(request, arrivedMs) : await this.#hear(request)
    this.#say(writeDeviceReply(result, { final, latencyMs: performance.now() - arrivedMs }))
  }

  binary(): Promise<void> {
    throw new SpeechError(
      'invalid-argument',
      'this protocol is text alone: sound goes into "audio" as hexadecimal digits',
    )
  }

  abandon(): void {
    this.#abort.abort(new SpeechError('closed', 'the device is gone'))
  }

  async gone(): Promise<void> {
    await this.#stream?.close()
    this.#stream = undefined
  }

  async drain(): Promise<void> {
    await this.#stream?.end()
  }

  async #recognize({ samples, sampleRate, language, withItn }: DeviceRequest, arrivedMs: number) {
    const resampler = new Resampler(sampleRate)
    const [first, rest] = [resampler.push(samples).slice(), resampler.flush()]
    const sound = new Float32Array(first.length + rest.length)
    sound.set(first)
    sound.set(rest, first.length)
    const result = await this.#parts.backend.recognize(
      { id: this.#segments++, samples: sound, startSamples: 0 },
      {
        kind: 'final',
        device: this.#device,
        signal: this.#abort.signal,
        ...(language === undefined ? {} : { language }),
        ...(withItn === undefined ? {} : { withItn }),
      },
    )
    // The message was the end of speech.
    const timings = { ...result.timings, endOfSpeechToResultMs: performance.now() - arrivedMs }
    this.#parts.onEvent(this.#device, { type: 'result', result: { ...result, timings } })
    return { result, final: true }
  }

  async #hear(request: DeviceRequest) {
    this.#stream ??= await DeviceStream.start(this.#parts, this.#device, this.#abort.signal)
    return await this.#stream.hear(request)
  }
}

/** The chunks of one device, cut into utterances by the VAD. */
class DeviceStream {
  readonly #probe: VoiceProbe
  readonly #analysis: LiveAnalysis
  readonly #resamplers = new Map<number, Resampler>()
  /** Results that were not told yet: the oldest goes into the next reply. */
  readonly #untold: (SpeechResult | SpeechError)[] = []
  #newest: SpeechResult | undefined

  private constructor(parts: ConnectionParts, device: string, signal: AbortSignal, probe: VoiceProbe) {
    this.#probe = probe
    this.#analysis = new LiveAnalysis(
      { sampleRate: MODEL_RATE, partialIntervalMs: PARTIAL_INTERVAL_MS },
      {
        probe,
        recognize: async (segment, options, kind) => {
          const result = await parts.backend.recognize(segment, { ...options, kind, device, signal })
          // The newest state of the utterance has all its scores, which the engine's partials leave out.
          if (kind !== 'final') this.#newest = result
          return result
        },
        clock: () => performance.now(),
        deliver: (event) => {
          if (signal.aborted) return
          parts.onEvent(device, event)
          this.#take(event)
        },
      },
    )
  }

  static async start(parts: ConnectionParts, device: string, signal: AbortSignal): Promise<DeviceStream> {
    return new DeviceStream(parts, device, signal, await parts.takeProbe())
  }

  get speaking(): boolean {
    return this.#analysis.speaking
  }

  get unheardMs(): number {
    return this.#analysis.unheardSamples / (MODEL_RATE / 1000)
  }

  async hear({ samples, sampleRate, language, withItn, final }: DeviceRequest) {
    this.#analysis.configure({
      ...(language === undefined ? {} : { language }),
      ...(withItn === undefined ? {} : { withItn }),
    })
    await this.#analysis.push(this.#resampled(samples, sampleRate))
    if (final) await this.#analysis.endSegment()
    const told = this.#untold.shift()
    if (told instanceof SpeechError) throw told
    if (told !== undefined) return { result: told, final: true }
    return { result: this.speaking ? this.#newest : undefined, final }
  }

  /** Everything that was heard gets its answer, told or not. */
  async end(): Promise<void> {
    await this.#analysis.finish().catch(() => {})
  }

  async close(): Promise<void> {
    await this.#analysis.cancel()
    await this.#probe.dispose()
  }

  #take(event: SpeechEvent): void {
    if (event.type === 'speech-start') this.#newest = undefined
    if (event.type === 'result') this.#untold.push(event.result)
    const loss = lossOf(event)
    if (loss !== undefined) this.#untold.push(loss)
  }

  /** A device may change its rate between messages; each rate has its own past. */
  #resampled(samples: Float32Array, sampleRate: number): Float32Array {
    if (sampleRate === MODEL_RATE) return samples
    const resampler = this.#resamplers.get(sampleRate) ?? new Resampler(sampleRate)
    this.#resamplers.set(sampleRate, resampler)
    return resampler.push(samples).slice()
  }
}
