import { VAD, type VADEvent, VADEventType, VADStream } from '@livekit/agents'
import { AudioFrame } from '@livekit/rtc-node'

const WINDOW_SAMPLES = 512
const PREFIX_SAMPLES = 4800
const SILENCE_WINDOWS = 10

/** A VAD as LiveKit's Silero plugin tells its events, that hears speech in given ranges of samples at 16 kHz. */
export class ScriptedVad extends VAD {
  label = 'scripted.VAD'
  readonly speech: readonly (readonly [number, number])[]
  streams = 0

  constructor(speech: readonly (readonly [number, number])[]) {
    super({ updateInterval: 32 })
    this.speech = speech
  }

  stream(): ScriptedVadStream {
    this.streams += 1
    return new ScriptedVadStream(this)
  }
}

class ScriptedVadStream extends VADStream {
  readonly #script: ScriptedVad

  constructor(vad: ScriptedVad) {
    super(vad)
    this.#script = vad
    void this.#judge()
  }

  async #judge(): Promise<void> {
    let pending: number[] = []
    let position = 0
    let speaking = false
    let silent = 0
    let kept = 0
    while (!this.closed) {
      const { done, value } = await this.inputReader.read()
      if (done) return
      if (typeof value === 'symbol') {
        pending = []
        speaking = false
        kept = 0
        continue
      }
      pending.push(...value.data)
      for (; pending.length >= WINDOW_SAMPLES; pending = pending.slice(WINDOW_SAMPLES)) {
        await new Promise((resolve) => setImmediate(resolve))
        const at = position
        const speech = this.#script.speech.some(([from, to]) => at >= from && at < to)
        position += WINDOW_SAMPLES
        kept = speaking ? kept + WINDOW_SAMPLES : Math.min(kept + WINDOW_SAMPLES, PREFIX_SAMPLES)
        this.#tell(VADEventType.INFERENCE_DONE, position, WINDOW_SAMPLES, speaking)
        silent = speech ? 0 : silent + 1
        if (speech && !speaking) {
          speaking = true
          this.#tell(VADEventType.START_OF_SPEECH, position, kept, true)
        } else if (speaking && silent >= SILENCE_WINDOWS) {
          speaking = false
          this.#tell(VADEventType.END_OF_SPEECH, position, kept, false)
          kept = 0
        }
      }
    }
  }

  #tell(type: VADEventType, samplesIndex: number, length: number, speaking: boolean): void {
    const event: VADEvent = {
      type,
      samplesIndex,
      timestamp: samplesIndex / 16,
      speechDuration: 0,
      silenceDuration: 0,
      frames: [new AudioFrame(new Int16Array(length), 16_000, 1, length)],
      probability: speaking ? 1 : 0,
      inferenceDuration: 0,
      speaking,
      rawAccumulatedSilence: 0,
      rawAccumulatedSpeech: 0,
    }
    this.sendVADEvent(event)
  }
}
