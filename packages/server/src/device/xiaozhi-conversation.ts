import { Fields, packXiaozhiFrame, type XiaozhiVersion } from '@sensevoice-web/protocol'
import { OPUS_FRAME_MS, OPUS_FRAME_SAMPLES, OpusEncoder } from '../audio/opus-encoder.ts'
import { ANSWERS_MS, type Conversation, GREETING_MS, type Speak } from './conversation.ts'
import type { DeviceLink } from './device-link.ts'

/** Dialect c: Opus packets while a button is held. */
export class XiaozhiConversation implements Conversation {
  readonly chunkSamples = OPUS_FRAME_SAMPLES
  readonly headers: Record<string, string>
  readonly #version: XiaozhiVersion
  readonly #encoder = new OpusEncoder()
  #session: string | undefined

  constructor(version: XiaozhiVersion) {
    this.#version = version
    this.headers = { 'Protocol-Version': String(version) }
  }

  async begin(link: DeviceLink): Promise<void> {
    await this.#greet(link, GREETING_MS)
    link.send(JSON.stringify({ session_id: this.#session, type: 'listen', state: 'start', mode: 'manual' }))
  }

  speak(chunk: Float32Array, atMs: number, speak: Speak): void {
    speak(packXiaozhiFrame(this.#encoder.encode(chunk), this.#version, atMs))
  }

  async end(link: DeviceLink): Promise<void> {
    link.send(JSON.stringify({ session_id: this.#session, type: 'listen', state: 'stop' }))
    // This protocol does not tell that nothing comes any more. Messages are answered in order, so the answer to one more hello does.
    await this.#greet(link, ANSWERS_MS)
  }

  hear(text: string): void {
    const message = Fields.parse('the reply', text)
    if (message.raw('type') === 'hello') this.#session = String(message.raw('session_id') ?? '')
  }

  free(): void {
    this.#encoder.free()
  }

  async #greet(link: DeviceLink, limitMs: number): Promise<void> {
    const audio_params = {
      format: 'opus',
      sample_rate: 16_000,
      channels: 1,
      frame_duration: OPUS_FRAME_MS,
    }
    this.#session = undefined
    link.send(JSON.stringify({ type: 'hello', version: this.#version, transport: 'websocket', audio_params }))
    await link.until(() => this.#session !== undefined, limitMs)
  }
}
