import type { WebSocket } from 'ws'

/** Bytes that may wait for a reader before it is taken for too slow. */
const MOST_WAITING_BYTES = 1 << 20
export const TOO_SLOW = 4001

/** Sends to one client, one unfragmented frame a message, and gives up on one who does not read. */
export class Outbox {
  readonly #socket: WebSocket
  readonly #onSlow: () => void

  constructor(socket: WebSocket, onSlow: () => void) {
    this.#socket = socket
    this.#onSlow = onSlow
  }

  say(message: string | Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount + message.length > MOST_WAITING_BYTES) {
      this.#onSlow()
      // A close frame would wait behind what is not read.
      this.#socket.close(TOO_SLOW, 'too slow')
      this.#socket.terminate()
      return
    }
    this.#socket.send(message)
  }
}
