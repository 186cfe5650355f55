import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { readWav } from '@sensevoice-web/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Companion, startCompanion } from '../serve/companion.ts'
import { readServeConfig } from '../serve/config.ts'
import { goldenPath } from '../test-data/workspace.ts'
import { readDeviceOptions } from './device-options.ts'
import { playDevice } from './play-device.ts'

const speech = readWav(readFileSync(goldenPath('en-three-one-four'))).samples

let companion: Companion
let devices = 0
beforeAll(async () => {
  companion = await startCompanion(readServeConfig(['--port', '0'], {}))
})
afterAll(() => companion.drain())

/** What a device prints; each has an id of its own. */
async function played(argv: readonly string[], sound = speech): Promise<string[]> {
  const lines: string[] = []
  devices += 1
  const url = `${companion.url.replace('http', 'ws')}/ws/device-${devices}`
  const options = readDeviceOptions(['--file', 'given', '--url', url, ...argv])
  await playDevice(sound, options, (line) => lines.push(line))
  return lines
}

interface Told {
  readonly type?: string
  readonly text?: string
  readonly final?: boolean
  readonly result?: { readonly text: string }
}

/** The texts of utterances, in whichever dialect. */
function textsOf(lines: readonly string[]): string[] {
  const told = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Told)
  return told.flatMap(({ type, text, final, result }) => {
    if (type === 'result') return [result?.text ?? '']
    if (type === 'stt' || type === 'request_text' || (final && text !== '')) return [text ?? '']
    return []
  })
}

describe('playDevice', () => {
  test('the same words are heard in every dialect', async () => {
    const ways = [
      ['--dialect', 'b'],
      ['--dialect', 'a', '--jitter', '20'],
      ['--dialect', 'c'],
      ['--dialect', 'c', '--frame-version', '2', '--slow', '20'],
      ['--dialect', 'c', '--frame-version', '3', '--jitter', '40'],
      ['--dialect', 'd'],
      ['--dialect', 'd', '--format', 'pcm'],
    ]
    const [stream, ...others] = (await Promise.all(ways.map((way) => played(way)))).map(textsOf)
    expect(stream).toEqual(['3 1 4.'])
    for (const other of others) expect(other).toEqual(stream)
  })

  test('after a cut a device goes on with what it hears then, and tells what it has lost', async () => {
    const sound = new Float32Array(speech.length + 20_000)
    sound.set(speech, 20_000)
    const ways = ['a', 'c', 'd'].map((dialect) => ['--dialect', dialect, '--cut-after', '100'])
    for (const lines of await Promise.all(ways.map((way) => played(way, sound)))) {
      expect(lines.filter((line) => line === 'cut')).toHaveLength(1)
      const lost = lines.map((line) => /without (\d+) ms of sound/.exec(line)?.[1]).find(Boolean)
      expect(Number(lost)).toBeGreaterThanOrEqual(500)
      expect(textsOf(lines)).toEqual(['3 1 4.'])
    }
  })

  test('packets that the network loses are missed, and the rest is answered', async () => {
    const ways = ['a', 'c', 'd'].map((dialect) => ['--dialect', dialect, '--loss', '100'])
    for (const lines of await Promise.all(ways.map((way) => played(way)))) {
      expect(textsOf(lines)).toEqual([])
      expect(lines.length).toBeGreaterThan(0)
    }
  })

  test.each(['a', 'c', 'd'])('a server that goes away ends dialect %s with its words', async (dialect) => {
    await withServer(
      (socket) => socket.once('message', () => socket.close(1001, 'going')),
      async (url) => {
        const options = readDeviceOptions(['--file', 'given', '--url', url, '--dialect', dialect])
        await expect(playDevice(speech, options, () => {})).rejects.toMatchObject({
          code: 'network',
          message: 'the server closed the connection with 1001: going',
        })
      },
    )
  })

  test('a server that says what is no message is left', async () => {
    let left: Promise<unknown> | undefined
    await withServer(
      (socket) => {
        left = once(socket, 'close')
        socket.on('message', () => socket.send('no message'))
      },
      async (url) => {
        const options = readDeviceOptions(['--file', 'given', '--url', url, '--dialect', 'd'])
        await expect(playDevice(speech, options, () => {})).rejects.toMatchObject({ code: 'network' })
        await left
      },
    )
  })

  test('what the firmware cannot read is told, and not heard', async () => {
    await withServer(
      (socket) =>
        socket.on('message', () => {
          socket.send('x'.repeat(4096))
          socket.send('{"type":"hello",', { fin: false })
          socket.send('"session_id":"torn"}')
          socket.send('{"type":"hello","session_id":"whole"}')
        }),
      async (url) => {
        const lines: string[] = []
        const options = readDeviceOptions(['--file', 'given', '--url', url, '--dialect', 'c'])
        await playDevice(speech.subarray(0, 960), options, (line) => lines.push(line))
        expect(lines.slice(0, 4)).toEqual([
          'a reply of 4096 bytes: the firmware would lose it',
          'a fragment of 16 bytes: the firmware would lose it',
          'a fragment of 20 bytes: the firmware would lose it',
          '{"type":"hello","session_id":"whole"}',
        ])
      },
    )
  })
})

async function withServer(hear: (socket: WebSocket) => void, use: (url: string) => Promise<void>) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', hear)
  await once(server, 'listening')
  try {
    await use(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/a`)
  } finally {
    for (const socket of server.clients) socket.terminate()
    server.close()
  }
}
