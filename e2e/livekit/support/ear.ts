import { AudioStream, type RemoteTrack, type Room, RoomEvent, TrackKind } from '@livekit/rtc-node'
import { pcm16ToFloat } from '@sensevoice-web/engine'
import { Arrivals } from './arrivals.ts'

const SAMPLE_RATE = 16_000

/** What was heard of one track, 16 kHz mono. */
export class Recording {
  /** Who spoke. */
  readonly identity: string
  readonly trackSid: string
  readonly #frames = new Arrivals<Int16Array>()
  #lengthSamples = 0

  constructor(identity: string, trackSid: string) {
    this.identity = identity
    this.trackSid = trackSid
  }

  add(pcm: Int16Array): void {
    this.#lengthSamples += pcm.length
    this.#frames.add(pcm.slice())
  }

  get lengthSamples(): number {
    return this.#lengthSamples
  }

  /** Everything heard so far, -1 to 1. */
  samples(): Float32Array {
    const sound = new Float32Array(this.#lengthSamples)
    let at = 0
    for (const frame of this.#frames.all) {
      sound.set(pcm16ToFloat(frame), at)
      at += frame.length
    }
    return sound
  }

  /** Waits until at least `lengthSamples` have been heard. */
  async reach(lengthSamples: number, limitMs = 20_000): Promise<void> {
    const enough = () => this.#lengthSamples >= lengthSamples
    await this.#frames.first(`${lengthSamples} samples of ${this.identity}`, enough, { limitMs })
  }
}

/** Records every audio track that a room's participant subscribes to, from before it is connected. */
export class Ear {
  readonly recordings = new Arrivals<Recording>()

  constructor(room: Room) {
    room.on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
      if (track.kind !== TrackKind.KIND_AUDIO) return
      const recording = new Recording(participant.identity, publication.sid ?? '')
      this.recordings.add(recording)
      void record(track, recording)
    })
  }

  /** The first recording of `identity` from number `from` on. */
  async of(identity: string, from = 0): Promise<Recording> {
    return this.recordings.first(`a track of ${identity}`, (one) => one.identity === identity, { from })
  }
}

async function record(track: RemoteTrack, recording: Recording): Promise<void> {
  const reader = new AudioStream(track, SAMPLE_RATE, 1).getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) recording.add(next.value.data)
}
