import { AudioFrame, AudioSource, LocalAudioTrack, TrackPublishOptions, TrackSource } from '@livekit/rtc-node'
import { within } from './publish.js'

const SAMPLE_RATE = 24_000
// Sound goes in 200 ms at a time; up to twice this waits in the source.
const QUEUE_MS = 200
const TRACK_LIMIT_MS = 20_000

/** The agent's own track in a room. */
export class AgentVoice {
  #source
  #publication

  /**
   * @param {AudioSource} source
   * @param {import('@livekit/rtc-node').LocalTrackPublication} publication
   */
  constructor(source, publication) {
    this.#source = source
    this.#publication = publication
  }

  /**
   * Publishes the track; it is silent until `play`.
   *
   * @param {import('@livekit/rtc-node').LocalParticipant} participant
   * @throws {Error} when the server does not take it in time
   */
  static async open(participant) {
    const source = new AudioSource(SAMPLE_RATE, 1, QUEUE_MS)
    try {
      const options = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE })
      const track = LocalAudioTrack.createAudioTrack('answers', source)
      const publishing = participant.publishTrack(track, options)
      return new AgentVoice(source, await within(TRACK_LIMIT_MS, 'published', publishing))
    } catch (error) {
      await source.close()
      throw error
    }
  }

  /** The track's identifier now; after a full reconnect it is another one. */
  get trackSid() {
    return this.#publication.sid ?? ''
  }

  /** How long what it was given will still be played, in ms. */
  get queuedMs() {
    return this.#source.queuedDuration
  }

  /**
   * Resolves when there is room for more.
   *
   * @param {Int16Array} pcm mono, 200 ms at most
   * @param {number} sampleRate in Hz
   * @throws {Error} for another rate than the track's 24 kHz
   */
  async play(pcm, sampleRate) {
    if (sampleRate !== SAMPLE_RATE)
      throw new Error(`the voice speaks at ${sampleRate} Hz, the track at ${SAMPLE_RATE}`)
    await this.#source.captureFrame(new AudioFrame(pcm, SAMPLE_RATE, 1, pcm.length))
  }

  /** Drops what waits; it is silent at once. */
  silence() {
    this.#source.clearQueue()
  }

  /** Resolves when all sound has been played, or was dropped. */
  async played() {
    await this.#source.waitForPlayout()
  }

  async close() {
    await this.#source.close()
  }
}
