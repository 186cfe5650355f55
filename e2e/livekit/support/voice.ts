import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type LocalTrackPublication,
  type Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node'
import { floatToPcm16 } from '@sensevoice-web/engine'
import { within } from './within.ts'

const FRAME_MS = 20
// A clear line: the tests are about what is said, not about what a starved line does to it.
const BITRATE = 96_000n

/** A microphone track of a room, without a microphone. */
export class Voice {
  readonly #room: Room
  readonly #source: AudioSource
  readonly #publication: LocalTrackPublication

  private constructor(room: Room, source: AudioSource, publication: LocalTrackPublication) {
    this.#room = room
    this.#source = source
    this.#publication = publication
  }

  /** Publishes the track. It is silent until `say`. */
  static async open(room: Room, sampleRate = 16_000): Promise<Voice> {
    if (room.localParticipant === undefined) throw new Error('a voice needs a connected room')
    const source = new AudioSource(sampleRate, 1)
    const track = LocalAudioTrack.createAudioTrack('voice', source)
    const options = new TrackPublishOptions({
      source: TrackSource.SOURCE_MICROPHONE,
      dtx: false,
      audioEncoding: { maxBitrate: BITRATE },
    })
    const publishing = room.localParticipant.publishTrack(track, options)
    return new Voice(room, source, await within(20_000, 'a track to be published', publishing))
  }

  /** The track's identifier in the room now; after a full reconnect it is another one. */
  get trackSid(): string {
    return this.#publication.sid ?? ''
  }

  /** Plays a sound of the voice's own sample rate in real time; resolves when its end has been played. */
  async say(sound: Float32Array): Promise<void> {
    const { sampleRate } = this.#source
    const step = (sampleRate * FRAME_MS) / 1000
    for (let at = 0; at < sound.length; at += step) {
      const pcm = floatToPcm16(sound.subarray(at, at + step))
      await this.#source.captureFrame(new AudioFrame(pcm, sampleRate, 1, pcm.length))
    }
    await within(10_000, 'the end of a sound', this.#source.waitForPlayout())
  }

  async close(): Promise<void> {
    if (this.#room.isConnected) {
      await this.#room.localParticipant?.unpublishTrack(this.trackSid)
    }
    await this.#source.close()
  }
}

/** Publishes a sound as a track of its own, in real time, from when the first listener has subscribed; then takes the track away. */
export async function publishSpeech(room: Room, sound: Float32Array, sampleRate = 16_000): Promise<void> {
  const subscribed = new Promise<void>((resolve) => {
    room.once('localTrackSubscribed', () => resolve())
  })
  const voice = await Voice.open(room, sampleRate)
  try {
    await within(20_000, 'a subscriber', subscribed)
    await voice.say(sound)
  } finally {
    await voice.close()
  }
}
