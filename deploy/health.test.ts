import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ROOT } from './read-files.ts'

const opened: { close(): unknown }[] = []
afterEach(() => {
  for (const server of opened.splice(0)) server.close()
})

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  opened.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function healthOf(port: number): Promise<unknown> {
  const child = spawn(process.execPath, [`${ROOT}deploy/health.mjs`], {
    env: { ...process.env, SENSEVOICE_SERVE_PORT: String(port) },
    stdio: 'ignore',
  })
  return (await once(child, 'exit'))[0]
}

test.each([
  ['well', 200, 0],
  ['going away', 503, 1],
])('a companion that is %s', async (_, status, exit) => {
  const port = await listening(
    createServer(({ url }, response) => response.writeHead(url === '/health' ? status : 404).end()),
  )
  expect(await healthOf(port)).toBe(exit)
})

test('a companion that is not there', async () => {
  const server = createServer()
  const port = await listening(server)
  server.close()
  await once(server, 'close')
  expect(await healthOf(port)).toBe(1)
})

test('a companion that never answers', async () => {
  const port = await listening(createTcpServer((socket) => opened.push({ close: () => socket.destroy() })))
  expect(await healthOf(port)).toBe(1)
}, 20_000)
