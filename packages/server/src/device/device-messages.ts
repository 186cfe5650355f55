import { floatToPcm16 } from '@sensevoice-web/engine'
import { ANSWERS_MS, type Conversation, type Speak } from './conversation.ts'
import type { DeviceLink } from './device-link.ts'

/** Dialect a: one message, one reply. */
export class DeviceMessages implements Conversation {
  readonly chunkSamples = 800
  readonly headers = {}
  #waiting = 0

  async begin(): Promise<void> {
    this.#waiting = 0
  }

  speak(chunk: Float32Array, _atMs: number, speak: Speak): void {
    const pcm = floatToPcm16(chunk)
    const audio = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('hex')
    if (speak(JSON.stringify({ audio, sample_rate: 16_000 }))) this.#waiting += 1
  }

  async end(link: DeviceLink): Promise<void> {
    this.#waiting += 1
    link.send(JSON.stringify({ audio: '', final: true }))
    await link.until(() => this.#waiting === 0, ANSWERS_MS)
  }

  hear(): void {
    this.#waiting -= 1
  }

  free(): void {}
}
