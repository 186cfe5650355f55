import { SpeechError } from '@sensevoice-web/engine'
import { CAPTURE_PROCESSOR, type ConnectMessage } from '../wire/audio-port.ts'
import type { SoundSource, SourceEnd } from './sound-source.ts'

export interface CaptureOptions {
  readonly workletUrl: string
  /** The stream was opened by us: its tracks are stopped at the end, silenced while paused, and must not end by themselves. */
  readonly owned: boolean
  readonly signal: AbortSignal
}

/** How long a context may stay suspended before the page is told that it waits for a user gesture. */
const START_TIMEOUT_MS = 3000

/**
 * Captures the first audio track of a `MediaStream` through an AudioWorklet at the context's own rate.
 *
 * @throws SpeechError `unsupported-audio` for a stream without live audio, `not-supported` where worklets cannot be had
 */
export async function captureStream(stream: MediaStream, options: CaptureOptions): Promise<SoundSource> {
  const track = stream.getAudioTracks().find(({ readyState }) => readyState === 'live')
  if (track === undefined) {
    throw new SpeechError('unsupported-audio', 'the MediaStream has no live audio track')
  }
  const context = new AudioContext({ latencyHint: 'interactive' })
  try {
    await addWorklet(context, options.workletUrl)
    options.signal.throwIfAborted()
    await running(context, options.signal)
  } catch (error) {
    await context.close()
    throw error
  }
  const node = new AudioWorkletNode(context, CAPTURE_PROCESSOR, {
    numberOfInputs: 1,
    numberOfOutputs: 0,
    channelCount: 1,
    channelCountMode: 'explicit',
    channelInterpretation: 'speakers',
  })
  const source = context.createMediaStreamSource(new MediaStream([track]))
  return new CapturedStream(context, node, source, track, options.owned)
}

class CapturedStream implements SoundSource {
  readonly sampleRate: number
  readonly canWait = false
  readonly ended: Promise<SourceEnd>
  readonly #context: AudioContext
  readonly #node: AudioWorkletNode
  readonly #source: MediaStreamAudioSourceNode
  readonly #track: MediaStreamTrack
  readonly #owned: boolean
  readonly #closing = new AbortController()

  constructor(
    context: AudioContext,
    node: AudioWorkletNode,
    source: MediaStreamAudioSourceNode,
    track: MediaStreamTrack,
    owned: boolean,
  ) {
    this.#context = context
    this.#node = node
    this.#source = source
    this.#track = track
    this.#owned = owned
    this.sampleRate = context.sampleRate
    this.ended = new Promise((resolve) => {
      const { signal } = this.#closing
      track.addEventListener('ended', () => resolve(this.#endOfTrack()), { signal })
      node.addEventListener('processorerror', () => resolve(lost('the audio worklet failed')), { signal })
    })
  }

  start(port: MessagePort): void {
    // In this order: a quantum that is rendered while the graph changes may pass the node by.
    this.#source.connect(this.#node)
    this.#node.port.postMessage({ type: 'connect', port } satisfies ConnectMessage, [port])
  }

  /** The clock of the sound stands still while paused, so positions go on without a gap. */
  async pause(): Promise<void> {
    await this.#context.suspend()
    if (this.#owned) this.#track.enabled = false
  }

  async resume(): Promise<void> {
    if (this.#owned) this.#track.enabled = true
    await this.#context.resume()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#source.disconnect()
    if (this.#owned) this.#track.stop()
    if (this.#context.state !== 'closed') await this.#context.close()
  }

  #endOfTrack(): SourceEnd {
    return this.#owned ? lost('the microphone was unplugged or taken away') : { type: 'finished' }
  }
}

function lost(message: string): SourceEnd {
  const error = new SpeechError('microphone-lost', message, {
    hint: 'Plug it in again or choose another one, then start listening again.',
    retryable: true,
  })
  return { type: 'lost', error }
}

async function addWorklet(context: AudioContext, url: string): Promise<void> {
  if (context.audioWorklet === undefined) {
    throw new SpeechError('not-supported', 'this browser has no AudioWorklet here', {
      hint: 'Serve the page over https or from localhost, and use a current browser.',
    })
  }
  try {
    await context.audioWorklet.addModule(url)
  } catch (cause) {
    throw new SpeechError('not-supported', `the audio worklet could not be loaded from ${url}`, {
      hint: 'The file must be served as text/javascript, and the CSP must allow it (script-src).',
      cause,
    })
  }
}

/** A context made without a user gesture stays suspended, in some browsers for ever. */
async function running(context: AudioContext, signal: AbortSignal): Promise<void> {
  if (context.state === 'running') return
  const waiting = new AbortController()
  try {
    await Promise.race([
      context.resume(),
      new Promise<never>((_, reject) => {
        const timer = setTimeout(() => {
          reject(
            new SpeechError('not-supported', 'the browser keeps the sound suspended', {
              hint: 'Call listen() from a click or a key press.',
              retryable: true,
            }),
          )
        }, START_TIMEOUT_MS)
        waiting.signal.addEventListener('abort', () => clearTimeout(timer))
        signal.addEventListener('abort', () => reject(signal.reason), { signal: waiting.signal })
      }),
    ])
  } finally {
    waiting.abort()
  }
}
