import {
  type SerializedSpeechError,
  type SerializedSpeechEvent,
  type SpeechError,
  serializeSpeechError,
} from '@sensevoice-web/engine'

/** There are no more events; with an error when the stream could not go on. */
export interface ClosedMessage {
  readonly type: 'closed'
  readonly error?: SerializedSpeechError
}

/** What a worker tells the page about one stream. Errors among the events are of one segment; the stream goes on. */
export type EventPortMessage = SerializedSpeechEvent | ClosedMessage

/** Sending side of a stream's event port. */
export class EventSender {
  readonly #port: MessagePort

  constructor(port: MessagePort) {
    this.#port = port
  }

  send(event: SerializedSpeechEvent): void {
    this.#port.postMessage(event)
  }

  fail(error: SpeechError): void {
    this.send({ type: 'error', error: serializeSpeechError(error) })
  }

  close(error?: SpeechError): void {
    const message: ClosedMessage =
      error === undefined ? { type: 'closed' } : { type: 'closed', error: serializeSpeechError(error) }
    this.#port.postMessage(message)
    this.#port.close()
  }
}
