import { SpeechError, toSpeechError, type VoiceProbe } from '@sensevoice-web/engine'
import { createSileroProbe } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { readBytes } from './read-bytes.ts'

/** Voice probes by need: a probe serves one sound at a time, so each running analysis has one, and the next takes over a free one. */
export class VoiceProbes {
  readonly #path: string
  readonly #free: VoiceProbe[] = []
  #model: Promise<Uint8Array> | undefined
  #closed = false

  /** @param path Silero VAD v5 or v6 */
  constructor(path: string) {
    this.#path = path
  }

  /** @throws SpeechError `model-not-found`, or why the file is no Silero VAD */
  async take(): Promise<VoiceProbe> {
    const free = this.#free.pop()
    if (free !== undefined) return free
    this.#model ??= readVadModel(this.#path)
    return createSileroProbe({ runtime, model: await this.#model, executionProvider: 'cpu' })
  }

  async give(probe: VoiceProbe): Promise<void> {
    if (this.#closed) await probe.dispose()
    else this.#free.push(probe)
  }

  /** Disposes of the free ones now, and of the others when they are given back. */
  async dispose(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#free.splice(0).map((probe) => probe.dispose()))
  }
}

async function readVadModel(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path)
  } catch (error) {
    const { message } = toSpeechError(error, 'file-unreadable')
    throw new SpeechError('model-not-found', `voice activity model ${path}: ${message}`, {
      hint: 'In a checkout, `npm run setup` puts it in place.',
      cause: error,
    })
  }
}
