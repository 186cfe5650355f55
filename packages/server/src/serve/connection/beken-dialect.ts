import { LiveAnalysis, SpeechError, type SpeechEvent, type VoiceProbe } from '@sensevoice-web/engine'
import {
  BEKEN,
  type BekenFormat,
  packBekenFrame,
  readBekenFrame,
  readBekenMessage,
  writeBekenResult,
  writeBekenSentence,
  writeDeviceError,
} from '@sensevoice-web/protocol'
import { DeviceReplies } from '../conversation/device-replies.ts'
import type { ReplyTurns } from '../conversation/reply-turns.ts'
import { createSoundDecoder, type SoundDecoder } from '../session/sound-decoder.ts'
import type { ConnectionParts, DialectHandler } from './dialect.ts'
import { lossOf, retryAfterMs } from './lost-speech.ts'

interface Hearing {
  readonly probe: VoiceProbe
  readonly decoder: SoundDecoder
  readonly analysis: LiveAnalysis
}

/** The protocol of Beken's own firmware: docs/protocol.md, d. */
export class BekenDialect implements DialectHandler {
  readonly #parts: ConnectionParts
  readonly #device: string
  readonly #sampleRate: number
  readonly #say: (message: string | Uint8Array) => void
  readonly #replies: ReplyTurns | undefined
  readonly #abort = new AbortController()
  #format: BekenFormat = 'opus'
  #hearing: Hearing | undefined
  /** A commit has its own beginning and end around what it brings. */
  #committing = false
  /** `created` was said, and no `done` since. */
  #responding = false
  /** Of the next frame to the device. */
  #sequence = 0

  /** @param sampleRate of PCM, in Hz; Opus is decoded to 16 kHz */
  constructor(
    parts: ConnectionParts,
    device: string,
    sampleRate: number,
    say: (message: string | Uint8Array) => void,
  ) {
    this.#parts = parts
    this.#device = device
    this.#sampleRate = sampleRate
    this.#say = say
    this.#replies = parts.replies?.open(this.#sink())
  }

  get isReplying(): boolean {
    return this.#replies?.isReplying ?? false
  }

  get unheardMs(): number {
    return (this.#hearing?.analysis.unheardSamples ?? 0) / 16
  }

  async text(text: string): Promise<void> {
    const message = readBekenMessage(text)
    switch (message.type) {
      case 'hello':
        await this.#take(message.format)
        this.#say(BEKEN.hello)
        break
      case 'session.update':
        await this.#take(message.format)
        this.#say(BEKEN.updated)
        break
      case 'input_audio_buffer.commit':
        await this.#commit()
        break
      case 'flow_control':
        // The device says that its loudspeaker is idle; nothing is played from here.
        break
    }
  }

  async binary(bytes: Uint8Array): Promise<void> {
    const payload = readBekenFrame(bytes)
    this.#hearing ??= await this.#begin()
    const { analysis, decoder } = this.#hearing
    const samples = decoder.decode(payload)
    this.#parts.onSound(this.#device, (1000 * samples.length) / this.#soundRate)
    await analysis.push(samples)
  }

  abandon(): void {
    this.#replies?.close()
    this.#abort.abort(new SpeechError('closed', 'the device is gone'))
  }

  async gone(): Promise<void> {
    await this.#hearing?.analysis.cancel()
    await this.#free()
  }

  async drain(): Promise<void> {
    await this.#hearing?.analysis.finish().catch(() => {})
    await this.#replies?.settled()
  }

  /** In Hz, of what the decoder gives. */
  get #soundRate(): number {
    return this.#format === 'pcm' ? this.#sampleRate : 16_000
  }

  /** Another codec ends what was heard in the one before. */
  async #take(format: BekenFormat | undefined): Promise<void> {
    if (format === undefined || format === this.#format) return
    this.#format = format
    await this.#hearing?.analysis.finish()
    await this.#free()
  }

  async #commit(): Promise<void> {
    this.#say(BEKEN.committed)
    this.#created()
    this.#committing = true
    try {
      await this.#hearing?.analysis.endSegment()
    } finally {
      this.#committing = false
      this.#doneUnlessReplying()
    }
  }

  async #begin(): Promise<Hearing> {
    const { backend, takeProbe, onEvent } = this.#parts
    const device = this.#device
    const { signal } = this.#abort
    const sampleRate = this.#soundRate
    const decoder = await createSoundDecoder(
      this.#format === 'pcm' ? { format: 'pcm16', sampleRate } : { format: 'opus', sampleRate: 16_000 },
    )
    const probe = await takeProbe()
    const analysis = new LiveAnalysis(
      { sampleRate },
      {
        probe,
        recognize: (segment, options, kind) =>
          backend.recognize(segment, { ...options, kind, device, signal }),
        clock: () => performance.now(),
        deliver: (event) => {
          if (signal.aborted) return
          onEvent(device, event)
          this.#tell(event)
        },
      },
    )
    return { probe, decoder, analysis }
  }

  #tell(event: SpeechEvent): void {
    const loss = lossOf(event)
    if (loss !== undefined) {
      this.#parts.onError(loss)
      this.#say(writeDeviceError(loss, retryAfterMs(loss)))
    }
    if (event.type === 'result') {
      if (!this.#committing) this.#created()
      for (const text of writeBekenResult(event.result)) this.#say(text)
    }
    this.#replies?.hear(event)
    if (event.type === 'result' && !this.#committing) this.#doneUnlessReplying()
  }

  /** The end of an answer is told by its own end. */
  #doneUnlessReplying(): void {
    if (!this.isReplying) this.#done()
  }

  #created(): void {
    this.#responding = true
    this.#say(BEKEN.created)
  }

  #done(): void {
    this.#responding = false
    this.#say(BEKEN.done)
  }

  #sink(): DeviceReplies {
    return new DeviceReplies({
      format: () => this.#format,
      begin: () => {
        // What was interrupted before its first sound had its end already.
        if (!this.#responding) this.#created()
      },
      sentence: (text) => this.#say(writeBekenSentence(text)),
      frame: (payload, timestampMs) => {
        this.#say(packBekenFrame(payload, { sequence: this.#sequence, timestampMs }))
        this.#sequence = (this.#sequence + 1) & 0xffff
      },
      end: () => this.#done(),
    })
  }

  async #free(): Promise<void> {
    const hearing = this.#hearing
    this.#hearing = undefined
    await hearing?.probe.dispose()
    hearing?.decoder.free()
  }
}
