import { type LoadProgress, readWav, SpeechError, type VoiceProbe } from '@sensevoice-web/engine'
import { createSileroProbe } from '@sensevoice-web/onnx'
import { transfer } from 'comlink'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { AudioInbox } from '../../wire/audio-inbox.ts'
import { EventSender } from '../../wire/event-port.ts'
import type { ListenerApi, ListenerAssets, ListenerPorts } from '../../wire/listener-api.ts'
import type { StreamChanges, StreamConfig } from '../../wire/stream-config.ts'
import { download } from '../download.ts'
import { holdLock } from '../hold-lock.ts'
import { startRuntime } from '../start-runtime.ts'
import { JobSender } from './job-sender.ts'
import { ListenerStream, noStream } from './listener-stream.ts'
import { SILERO_V6 } from './silero-file.ts'

interface OpenStream {
  readonly stream: ListenerStream
  readonly inbox: AudioInbox
}

/** The listener worker's life: one runtime, one VAD, one stream at a time. */
export class Listener implements ListenerApi {
  #probe: VoiceProbe | undefined
  #open: OpenStream | undefined

  holdLock(name: string): Promise<void> {
    return holdLock(name)
  }

  async load(assets: ListenerAssets, onProgress: (progress: LoadProgress) => void): Promise<void> {
    const tell = (loadedBytes: number, totalBytes: number | undefined) =>
      onProgress({ stage: 'vad', loadedBytes, ...(totalBytes === undefined ? {} : { totalBytes }) })
    const runtime = { env, InferenceSession, Tensor }
    const [model] = await Promise.all([
      download(assets.vadModel, 'the VAD model', tell, SILERO_V6),
      startRuntime(runtime, assets, 1),
    ])
    this.#probe = await createSileroProbe({ runtime, model, executionProvider: 'wasm' })
    await this.#probe.probe(new Float32Array(512))
    this.#probe.reset()
  }

  async open(config: StreamConfig, ports: ListenerPorts): Promise<void> {
    if (this.#probe === undefined) throw new SpeechError('invalid-argument', 'open needs a loaded VAD')
    await this.cancel()
    const inbox = new AudioInbox(ports.audio)
    const jobs = new JobSender(ports.jobs, () => stream.progress())
    const events = new EventSender(ports.events)
    const stream = new ListenerStream(config, { inbox, jobs, events, probe: this.#probe })
    this.#open = { stream, inbox }
  }

  async pause(): Promise<void> {
    await this.#stream('pause').stream.pause()
  }

  async configure(changes: StreamChanges): Promise<void> {
    this.#stream('configure').stream.configure(changes)
  }

  async finish(): Promise<void> {
    const { stream, inbox } = this.#stream('finish')
    inbox.flush()
    await stream.finished
  }

  async cancel(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    open?.stream.cancel()
    await open?.stream.finished
  }

  async readWav(file: Blob) {
    const head = new Uint8Array(await file.slice(0, 4).arrayBuffer())
    if (!['RIFF', 'RF64'].includes(String.fromCharCode(...head))) return undefined
    try {
      const { samples, sampleRate } = readWav(new Uint8Array(await file.arrayBuffer()))
      return transfer({ samples, sampleRate }, [samples.buffer as ArrayBuffer])
    } catch (error) {
      // A coding that we do not read (A-law, ADPCM) may still be one that the browser knows.
      if (error instanceof SpeechError && error.code === 'unsupported-audio') return undefined
      throw error
    }
  }

  #stream(call: string): OpenStream {
    if (this.#open === undefined) throw noStream(call)
    return this.#open
  }
}
