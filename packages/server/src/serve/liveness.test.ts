import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { PING, RawPeer } from '../test-data/raw-peer.ts'
import { type LivenessOptions, type WatchedClient, watchLiveness } from './liveness.ts'
import { createWebSockets } from './web-sockets.ts'

const HOUR_MS = 3_600_000
const http = createServer()
const sockets = createWebSockets(4096)
const peers: RawPeer[] = []

beforeAll(() => new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => http.close(resolve)))
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close()
})

/** Both ends of a connection; the peer answers nothing. */
async function connected(): Promise<{ peer: RawPeer; socket: WebSocket; wire: Socket }> {
  const ours = new Promise<{ socket: WebSocket; wire: Socket }>((resolve) => {
    http.once('upgrade', (request: IncomingMessage, wire: Socket, head: Buffer) =>
      sockets.handleUpgrade(request, wire, head, (socket) => resolve({ socket, wire })),
    )
  })
  const { port } = http.address() as AddressInfo
  const peer = await RawPeer.upgraded(`http://127.0.0.1:${port}`)
  peers.push(peer)
  return { peer, ...(await ours) }
}

test('a socket that the server itself holds back is not taken for dead', async () => {
  let dead = 0
  const options: LivenessOptions = {
    pingMs: 30,
    idleMs: HOUR_MS,
    onDead: () => {
      dead += 1
    },
  }
  const client: WatchedClient = { dialect: 'stream', isReplying: false, close: () => {} }
  const [held, silent] = [await connected(), await connected()]
  held.socket.pause()
  // The one held back is asked first each time: when the other one is cut off, it has been spared as often.
  watchLiveness(held.socket, held.wire, client, options)
  watchLiveness(silent.socket, silent.wire, client, options)
  await silent.peer.ended
  expect(dead).toBe(1)
  expect(held.socket.readyState).toBe(held.socket.OPEN)
  held.socket.resume()
  expect((await held.peer.rest()).map(({ opcode }) => opcode)).toEqual([PING, PING])
})

test('who is held back or listens to an answer is not idle', async () => {
  const closed: string[] = []
  const ends = new Map<string, () => void>()
  const ended = (name: string) => new Promise<void>((resolve) => ends.set(name, resolve))
  let isReplying = true
  const watch = async (name: string, hold: boolean) => {
    const { socket, wire } = await connected()
    if (hold) socket.pause()
    const client: WatchedClient = {
      dialect: 'stream',
      get isReplying() {
        return name === 'listening' && isReplying
      },
      close: (code) => {
        closed.push(`${name} ${code}`)
        ends.get(name)?.()
      },
    }
    watchLiveness(socket, wire, client, {
      pingMs: HOUR_MS,
      idleMs: 100,
      onDead: () => closed.push(`${name} dead`),
    })
    return socket
  }
  const held = await watch('held', true)
  await watch('listening', false)
  const silent = ended('silent')
  await watch('silent', false)
  await silent
  expect(closed).toEqual(['silent 4002'])
  const both = Promise.all([ended('held'), ended('listening')])
  held.resume()
  isReplying = false
  await both
  expect([...closed].sort()).toEqual(['held 4002', 'listening 4002', 'silent 4002'])
})
