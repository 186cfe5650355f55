import { createHash } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A server of bare sockets on a port of its own. */
export interface SocketServer {
  readonly port: number
  /** Connections so far. */
  readonly connections: number
  close(): Promise<void>
}

export async function serveSockets(
  serve: (socket: Socket, connection: number) => void,
): Promise<SocketServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    serve(socket, connections++)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/**
 * Passes everything on to `port`, but for the first connection: after `deafAfterBytes` from the client the server's answers are swallowed, and
 * after `cutAfterBytes` the connection is cut.
 */
export function serveCutting(
  port: number,
  { deafAfterBytes, cutAfterBytes }: { deafAfterBytes: number; cutAfterBytes: number },
): Promise<SocketServer> {
  return serveSockets((client, connection) => {
    const server = connect(port, '127.0.0.1')
    let bytes = 0
    const isFirst = connection === 0
    server.on('error', () => {})
    server.on('data', (data) => {
      if (!isFirst || bytes < deafAfterBytes) client.write(data)
    })
    client.on('data', (data) => {
      bytes += data.length
      server.write(data)
      if (isFirst && bytes >= cutAfterBytes) client.resetAndDestroy()
    })
    server.on('close', () => client.destroy())
    client.on('close', () => server.destroy())
  })
}

/** Grants each upgrade as a server should, and says these bytes behind it. */
export function serveBytes(bytes: Buffer): Promise<SocketServer> {
  return serveSockets((socket) => {
    let head = ''
    socket.on('data', (data) => {
      if (head.includes('\r\n\r\n')) return
      head += data.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(head)?.[1] ?? ''
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      socket.write(bytes)
    })
  })
}
