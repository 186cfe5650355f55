import { WebSocketServer } from 'ws'

/**
 * The companion's WebSockets: without compression, on connections that were let in before.
 *
 * @param messageBytes a longer message ends its connection with 1009
 */
export function createWebSockets(messageBytes: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageBytes,
    clientTracking: false,
  })
}
