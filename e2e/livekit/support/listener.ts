import { type Room, RoomEvent } from '@livekit/rtc-node'
import { Arrivals } from './arrivals.ts'

const TRANSCRIPTION_TOPIC = 'lk.transcription'

/** A text stream of the topic `lk.transcription`, whole. */
export interface Transcription {
  /** Whose speech it is. */
  readonly identity: string
  readonly text: string
  readonly attributes: Readonly<Record<string, string>>
}

export interface DataMessage {
  /** Who sent it; `undefined` when the server did. */
  readonly identity: string | undefined
  readonly topic: string
  /** Its payload as text. */
  readonly text: string
}

/** Collects the transcriptions and data messages of a room, from before it is connected. */
export class Listener {
  readonly transcriptions = new Arrivals<Transcription>()
  readonly data = new Arrivals<DataMessage>()

  constructor(room: Room) {
    room.registerTextStreamHandler(TRANSCRIPTION_TOPIC, async (reader, { identity }) => {
      const attributes = reader.info.attributes ?? {}
      this.transcriptions.add({ identity, text: await reader.readAll(), attributes })
    })
    room.on(RoomEvent.DataReceived, (payload, participant, _kind, topic) => {
      const text = new TextDecoder().decode(payload)
      this.data.add({ identity: participant?.identity, topic: topic ?? '', text })
    })
  }
}
