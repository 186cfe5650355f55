import { SpeechError, toSpeechError, type VoiceProbe } from '@sensevoice-web/engine'
import { loadSilero, type Silero } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { readBytes } from './read-bytes.ts'

/** Voice probes by need over one network: a probe serves one sound at a time and costs a kilobyte. */
export class VoiceProbes {
  readonly #path: string
  #silero: Promise<Silero> | undefined
  #closed = false

  /** @param path Silero VAD v5 or v6 */
  constructor(path: string) {
    this.#path = path
  }

  /** @throws SpeechError `model-not-found`, or why the file is no Silero VAD; `closed` */
  async take(): Promise<VoiceProbe> {
    if (this.#closed) throw new SpeechError('closed', 'the voice activity model was disposed of')
    this.#silero ??= load(this.#path)
    return (await this.#silero).probe()
  }

  /** Frees the network; probes that still run end with `closed`. */
  async dispose(): Promise<void> {
    this.#closed = true
    await (await this.#silero?.catch(() => undefined))?.dispose()
  }
}

async function load(path: string): Promise<Silero> {
  return await loadSilero({ runtime, model: await readVadModel(path), executionProvider: 'cpu' })
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
