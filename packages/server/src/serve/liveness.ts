import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

const IDLE = 4002
/** So many pings in a row may stay without an answer. */
const MOST_UNANSWERED = 2

/** What of a connection decides whether it may stay. */
export interface WatchedClient {
  /** `unknown` before it has said anything. */
  readonly dialect: string
  /** Whether an answer is being made or played now: who listens is not idle. */
  readonly isReplying: boolean
  close(code: number, reason: string): void
}

export interface LivenessOptions {
  /** From one ping to the next. */
  readonly pingMs: number
  /** Without a message for so long, a client is closed with 4002. */
  readonly idleMs: number
  /** Called when a socket is ended as dead. */
  readonly onDead: () => void
}

/**
 * Ends sockets that are dead, and clients that say nothing, until the socket is closed. A socket that the server itself holds back is not judged:
 * what its client says, answers to pings too, lies there unread.
 *
 * @param wire below the WebSocket: every byte that comes over it is a sign of life, also one in the middle of a long message
 */
export function watchLiveness(
  socket: WebSocket,
  wire: Socket,
  client: WatchedClient,
  { pingMs, idleMs, onDead }: LivenessOptions,
): void {
  let heardMs = performance.now()
  let { bytesRead } = wire
  let unanswered = 0
  const hear = () => {
    heardMs = performance.now()
  }
  const excuse = () => {
    if (client.isReplying || socket.isPaused) hear()
  }
  const judge = () => {
    excuse()
    if (wire.bytesRead !== bytesRead || socket.isPaused) unanswered = 0
    bytesRead = wire.bytesRead
    if (socket.isPaused) return
    if (unanswered >= MOST_UNANSWERED) {
      onDead()
      socket.terminate()
    } else if (client.dialect !== 'unknown') {
      // Not before the client has spoken: firmware loses what comes right behind the upgrade.
      unanswered += 1
      socket.ping()
    }
  }
  const waitForWords = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      excuse()
      const leftMs = heardMs + idleMs - performance.now()
      if (leftMs > 0) idle = waitForWords(leftMs)
      else client.close(IDLE, 'nothing was said')
    }, ms).unref()

  const pings = setInterval(judge, pingMs).unref()
  let idle = waitForWords(idleMs)
  socket.on('message', hear)
  socket.on('close', () => {
    clearInterval(pings)
    clearTimeout(idle)
  })
}
