// A recognizer for tests: it hears how long it was loud, and says so. What it says shows that the very sound came through.
import { stt } from '@livekit/agents'

const LOUD = 10 ** (-45 / 20)
const QUIET_ENDS_MS = 500
const { FINAL_TRANSCRIPT, INTERIM_TRANSCRIPT } = stt.SpeechEventType
// Streams that break on their first loud sound; the next one works.
let breaks = Number(process.env['LOUDNESS_BREAKS'] ?? 0)

class LoudnessStt extends stt.STT {
  label = 'loudness'

  constructor() {
    super({ streaming: true, interimResults: true })
  }

  /** @returns {Promise<never>} */
  async _recognize() {
    throw new Error('only streams')
  }

  stream() {
    return new LoudnessStream(this, 16_000)
  }
}

class LoudnessStream extends stt.SpeechStream {
  label = 'loudness'

  async run() {
    let atMs = 0
    let startMs = 0
    let endMs = 0
    let loud = false
    for await (const frame of this.input) {
      if (typeof frame === 'symbol') continue
      atMs += (1000 * frame.samplesPerChannel) / frame.sampleRate
      if (rms(frame.data) > LOUD) {
        if (breaks > 0) {
          breaks -= 1
          throw new Error('broken on purpose')
        }
        if (!loud) {
          startMs = atMs
          this.#say(INTERIM_TRANSCRIPT, 'loud', startMs, atMs)
        }
        loud = true
        endMs = atMs
      } else if (loud && atMs - endMs >= QUIET_ENDS_MS) {
        loud = false
        this.#say(FINAL_TRANSCRIPT, `loud for ${Math.round(endMs - startMs)} ms`, startMs, endMs)
      }
    }
    if (loud) this.#say(FINAL_TRANSCRIPT, `loud for ${Math.round(endMs - startMs)} ms`, startMs, endMs)
  }

  /**
   * @param {import('@livekit/agents').stt.SpeechEventType} type
   * @param {string} text
   * @param {number} startMs
   * @param {number} endMs
   */
  #say(type, text, startMs, endMs) {
    const times = { startTime: startMs / 1000, endTime: endMs / 1000 }
    const language = /** @type {import('@livekit/agents').LanguageCode} */ ('en')
    const metadata = { loudMs: endMs - startMs, emotion_scores: { neutral: 1 } }
    this.queue.put({ type, alternatives: [{ text, language, confidence: 1, ...times, metadata }] })
  }
}

/** @param {Int16Array} pcm */
function rms(pcm) {
  return Math.sqrt(pcm.reduce((sum, value) => sum + (value / 32_768) ** 2, 0) / pcm.length)
}

export function createSttFromEnv() {
  return new LoudnessStt()
}
