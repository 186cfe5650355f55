import { randomUUID } from 'node:crypto'
import { LiveAnalysis, SpeechError, type SpeechEvent, type VoiceProbe } from '@sensevoice-web/engine'
import {
  isXiaozhiVersion,
  packXiaozhiFrame,
  REPLY_SAMPLE_RATE,
  readXiaozhiFrame,
  readXiaozhiMessage,
  writeXiaozhiAlert,
  writeXiaozhiHello,
  writeXiaozhiResult,
  writeXiaozhiSentence,
  writeXiaozhiTts,
  type XiaozhiMessage,
  type XiaozhiVersion,
} from '@sensevoice-web/protocol'
import { DeviceReplies } from '../conversation/device-replies.ts'
import type { ReplyTurns } from '../conversation/reply-turns.ts'
import { createSoundDecoder, type SoundDecoder } from '../session/sound-decoder.ts'
import type { ConnectionParts, DialectHandler } from './dialect.ts'
import { lossOf, retryAfterMs } from './lost-speech.ts'

const SAMPLES_PER_MS = 16

interface Hearing {
  readonly probe: VoiceProbe
  readonly decoder: SoundDecoder
  readonly analysis: LiveAnalysis
}

/** The protocol of xiaozhi firmware: docs/protocol.md, c. */
export class XiaozhiDialect implements DialectHandler {
  readonly #parts: ConnectionParts
  readonly #device: string
  readonly #say: (message: string | Uint8Array) => void
  readonly #replies: ReplyTurns | undefined
  readonly #session = randomUUID()
  #version: XiaozhiVersion
  #hearing: Hearing | undefined
  #abort = new AbortController()

  /** @param version of the binary messages, from the header `Protocol-Version` */
  constructor(
    parts: ConnectionParts,
    device: string,
    version: unknown,
    say: (message: string | Uint8Array) => void,
  ) {
    this.#parts = parts
    this.#device = device
    this.#version = isXiaozhiVersion(version) ? version : 1
    this.#say = say
    this.#replies = parts.replies?.open(this.#sink())
  }

  get isReplying(): boolean {
    return this.#replies?.isReplying ?? false
  }

  get unheardMs(): number {
    return (this.#hearing?.analysis.unheardSamples ?? 0) / SAMPLES_PER_MS
  }

  async text(text: string): Promise<void> {
    const message = readXiaozhiMessage(text)
    switch (message.type) {
      case 'hello':
        this.#version = message.version ?? this.#version
        this.#say(writeXiaozhiHello(this.#session, this.#replies && REPLY_SAMPLE_RATE))
        break
      case 'listen':
        await this.#listen(message)
        break
      case 'abort':
        // What the device does not want to hear is the answer, if there is one.
        if (this.isReplying) this.#replies?.interrupt()
        else await this.#stop()
        break
      case 'mcp':
        // Tools of the device are nobody's concern who only listens.
        break
    }
  }

  async binary(bytes: Uint8Array): Promise<void> {
    const packet = readXiaozhiFrame(bytes, this.#version)
    // Firmware goes on sending for a moment behind `stop`.
    if (packet === undefined || this.#hearing === undefined) return
    const { analysis, decoder } = this.#hearing
    const samples = decoder.decode(packet)
    this.#parts.onSound(this.#device, samples.length / SAMPLES_PER_MS)
    await analysis.push(samples)
  }

  abandon(): void {
    this.#replies?.close()
    this.#abort.abort(new SpeechError('closed', 'the device is gone'))
  }

  async gone(): Promise<void> {
    await this.#stop()
  }

  async drain(): Promise<void> {
    await this.#hearing?.analysis.finish().catch(() => {})
    await this.#replies?.settled()
  }

  async #listen({ state }: Extract<XiaozhiMessage, { type: 'listen' }>): Promise<void> {
    if (state === 'detect') return
    if (state === 'stop') {
      const hearing = this.#hearing
      this.#hearing = undefined
      await hearing?.analysis.finish()
      await free(hearing)
      return
    }
    await this.#stop()
    this.#hearing = await this.#begin()
  }

  async #begin(): Promise<Hearing> {
    const { backend, takeProbe, onEvent } = this.#parts
    const device = this.#device
    const { signal } = this.#abort
    const probe = await takeProbe()
    const decoder = await createSoundDecoder({ format: 'opus', sampleRate: 16_000 })
    const analysis = new LiveAnalysis(
      { sampleRate: 16_000 },
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
      this.#say(writeXiaozhiAlert(this.#session, loss, retryAfterMs(loss)))
    }
    if (event.type === 'result') {
      for (const text of writeXiaozhiResult(this.#session, event.result)) this.#say(text)
    }
    this.#replies?.hear(event)
  }

  #sink(): DeviceReplies {
    const session = this.#session
    return new DeviceReplies({
      format: () => 'opus',
      begin: () => this.#say(writeXiaozhiTts(session, 'start')),
      sentence: (text, emotion) => {
        for (const message of writeXiaozhiSentence(session, text, emotion)) this.#say(message)
      },
      frame: (packet, atMs) => this.#say(packXiaozhiFrame(packet, this.#version, atMs)),
      end: (sounded) => {
        if (sounded) this.#say(writeXiaozhiTts(session, 'stop'))
      },
    })
  }

  /** Drops what is being heard, and answered. */
  async #stop(): Promise<void> {
    this.#replies?.restart()
    const hearing = this.#hearing
    this.#hearing = undefined
    this.#abort.abort(new SpeechError('closed', 'the device has stopped'))
    this.#abort = new AbortController()
    await hearing?.analysis.cancel()
    await free(hearing)
  }
}

async function free(hearing: Hearing | undefined): Promise<void> {
  await hearing?.probe.dispose()
  hearing?.decoder.free()
}
