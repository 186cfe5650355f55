// The audio thread: render quanta in, chunks out over a MessagePort that leads straight to the listener worker.
// Nothing is allocated per quantum: the buffers circle between here and the listener, the message is one object used again and again.
import {
  type AudioMessage,
  type AudioPortReply,
  CAPTURE_PROCESSOR,
  type ConnectMessage,
} from '../wire/audio-port.ts'
import { CaptureBuffer } from './capture-buffer.ts'

/** 21 ms at 48 kHz: small beside the 32 ms of a VAD window, large enough to keep messages at 47 a second. */
const CHUNK_FRAMES = 1024
/** 2.7 s at 48 kHz: how long the listener may be held up before sound is lost. */
const CHUNKS = 128

class CaptureProcessor extends AudioWorkletProcessor {
  #listener: MessagePort | undefined
  #ended = false
  readonly #silence = new Float32Array(128)
  readonly #transfer: ArrayBufferLike[] = []
  readonly #message: { -readonly [Key in keyof AudioMessage]: AudioMessage[Key] } = {
    type: 'audio',
    samples: this.#silence,
    length: 0,
    startFrame: 0,
  }
  readonly #buffer = new CaptureBuffer(CHUNK_FRAMES, CHUNKS, (samples, length, startFrame) => {
    this.#message.samples = samples
    this.#message.length = length
    this.#message.startFrame = startFrame
    this.#transfer[0] = samples.buffer
    this.#listener?.postMessage(this.#message, this.#transfer)
  })

  constructor() {
    super()
    this.port.onmessage = ({ data }) => this.#connect(data as ConnectMessage)
  }

  override process(inputs: readonly (readonly Float32Array[])[]): boolean {
    if (this.#ended) return false
    // A source that is muted or gone has no channels; its time passes all the same.
    if (this.#listener !== undefined) this.#buffer.write(inputs[0]?.[0] ?? this.#silence, currentFrame)
    return true
  }

  #connect({ port }: ConnectMessage): void {
    this.#listener = port
    port.onmessage = ({ data }) => {
      const reply = data as AudioPortReply
      if (reply.type === 'recycle') {
        this.#buffer.recycle(reply.samples)
        return
      }
      this.#buffer.flush()
      this.#ended = true
      port.postMessage({ type: 'end' })
      port.close()
    }
  }
}

registerProcessor(CAPTURE_PROCESSOR, CaptureProcessor)
