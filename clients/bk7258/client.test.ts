import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../../packages/engine/src/testing/seeded-random.ts'
import { type Companion, startCompanion } from '../../packages/server/src/serve/companion.ts'
import { readServeConfig } from '../../packages/server/src/serve/config.ts'
import { signToken } from '../../packages/server/src/serve/tokens.ts'
import { serveBytes, serveCutting, serveSockets } from './bad-servers.ts'
import { whyNoCompiler } from './c-compiler.ts'
import { finalTexts, linesOf, runAgainst, runDevice } from './device-process.ts'

const DIGITS = '3 1 4 1 5.'
const reason = whyNoCompiler()
const make = (...targets: string[]) =>
  promisify(execFile)('make', ['-j2', ...targets], { cwd: fileURLToPath(new URL('.', import.meta.url)) })

describe.skipIf(reason !== undefined)(
  `the C client${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    const companions: Companion[] = []
    let port: number
    const start = async (...argv: string[]) => {
      const companion = await startCompanion(
        readServeConfig(['--port', '0', '--drain-seconds', '5', ...argv], {}),
      )
      companions.push(companion)
      return Number(new URL(companion.url).port)
    }

    beforeAll(async () => {
      await make('all')
      port = await start()
    }, 180_000)
    afterAll(() => Promise.all(companions.map((companion) => companion.drain())))

    test('passes its own tests under the sanitizers, and calls no heap', async () => {
      const { stdout } = await make('test')
      expect(stdout).toContain('ok   the core has no heap and no variables of its own')
      expect(stdout.match(/^ok {3}/gm)?.length).toBe(8)
    }, 180_000)

    test.concurrent.each(['a', 'b'])('dialect %s: is heard in real time, with partials', async (dialect) => {
      const run = await runDevice(port, '--dialect', dialect, '--device', `live-${dialect}`)
      expect(run.code).toBe(0)
      expect(finalTexts(run)).toEqual([DIGITS])
      expect(linesOf(run, 'final')[0]?.[0]).toBe('en')
      expect(linesOf(run, 'partial').length).toBeGreaterThan(1)
      expect(run.lines.at(-1)).toEqual(['finished'])
      expect([...linesOf(run, 'dropped'), ...linesOf(run, 'error'), ...linesOf(run, 'disconnected')]).toEqual(
        [],
      )
    })

    test.concurrent('four devices at once, as fast as they can, are each heard', async () => {
      const devices = ['a', 'a', 'b', 'b'].map((dialect, at) =>
        runDevice(port, '--fast', '--dialect', dialect, '--device', `fast-${at}`, '--language', 'en'),
      )
      for (const run of await Promise.all(devices)) {
        expect(finalTexts(run)).toEqual([DIGITS])
        expect(linesOf(run, 'dropped')).toEqual([])
      }
    })

    test.concurrent('a token is shown, and a wrong one ends the attempts', async () => {
      const guarded = await start('--token-secret', 's')
      const token = signToken('s', 'mine', Math.ceil(Date.now() / 1000) + 60)
      const [mine, other] = await Promise.all([
        runDevice(guarded, '--fast', '--device', 'mine', '--token', token),
        runDevice(guarded, '--fast', '--device', 'other', '--token', token),
      ])
      expect(finalTexts(mine)).toEqual([DIGITS])
      expect(other.code).toBe(2)
      expect(other.lines).toEqual([['disconnected', 'refused', '401', '0', 'stopped']])
    })

    test.concurrent('dialect a: after a cut it comes back, goes on, and tells what was lost', async () => {
      // 65 kB/s: deaf after 1 s, cut half a second later.
      const cutting = serveCutting(port, { deafAfterBytes: 65_000, cutAfterBytes: 98_000 })
      const { run } = await runAgainst(cutting, '--dialect', 'a', '--device', 'cut-a')
      expect(run.code).toBe(0)
      expect(linesOf(run, 'connected')).toEqual([['new'], ['new']])
      expect(linesOf(run, 'disconnected').map(([why]) => why)).toEqual(['lost'])
      const [[why, samples] = []] = linesOf(run, 'dropped')
      expect(linesOf(run, 'dropped').length).toBe(1)
      expect(why).toBe('unanswered')
      // Whole messages of 50 ms, half a second of them at least.
      expect(Number(samples) % 800).toBe(0)
      expect(Number(samples)).toBeGreaterThan(7000)
      expect(Number(samples)).toBeLessThanOrEqual(32 * 800)
      expect(finalTexts(run).join(' ')).toMatch(/1 5\.$/)
    })

    test.concurrent('dialect b: a cut costs nothing', async () => {
      const cutting = serveCutting(port, { deafAfterBytes: 40_000, cutAfterBytes: 65_000 })
      const { run } = await runAgainst(cutting, '--dialect', 'b', '--device', 'cut-b')
      expect(run.code).toBe(0)
      expect(linesOf(run, 'connected')).toEqual([['new'], ['resumed']])
      expect(linesOf(run, 'dropped')).toEqual([])
      expect(finalTexts(run)).toEqual([DIGITS])
    })

    test.concurrent('without a server it keeps trying, counts what it drops, and its caller can give up', async () => {
      const gone = await serveSockets(() => {})
      await gone.close()
      const run = await runDevice(gone.port, '--patience', '2500')
      expect(run.code).toBe(3)
      expect(linesOf(run, 'disconnected').length).toBeGreaterThanOrEqual(2)
      for (const [why, , , again] of linesOf(run, 'disconnected')) {
        expect(why).toBe('unreachable')
        const waitMs = Number(again?.match(/^again in (\d+) ms$/)?.[1])
        expect(waitMs).toBeGreaterThanOrEqual(1000)
        expect(waitMs).toBeLessThanOrEqual(5000)
      }
    })

    describe.concurrent('a server that means harm', () => {
      const random = seededRandom(5)
      const noise = (bytes: number) =>
        Buffer.from(Array.from({ length: bytes }, () => Math.floor(random() * 256)))
      const text = (json: string) =>
        Buffer.concat([Buffer.from([0x81, 126, json.length >> 8, json.length & 255]), Buffer.from(json)])

      test.each([
        ['noise', 'protocol', Buffer.concat([Buffer.from([0xf3]), noise(5000)])],
        [
          'a frame of 2^63 bytes',
          'too big',
          Buffer.from([0x81, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255]),
        ],
        ['a frame that wraps 32 bits', 'too big', Buffer.from([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 2])],
        ['text that is no UTF-8', 'protocol', text(`{"text":"${'x'.repeat(200)}`).fill(0xff, 10)],
        ['a masked frame', 'protocol', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 65])],
      ])('%s ends the connection, and the next one comes', async (_, why, bytes) => {
        const { run, connections } = await runAgainst(serveBytes(bytes), '--fast', '--patience', '2200')
        expect(run.code).toBe(3)
        expect(connections).toBeGreaterThanOrEqual(2)
        expect(new Set(linesOf(run, 'disconnected').map(([told]) => told))).toEqual(new Set([why]))
      })

      test.each([
        ['JSON that is cut off', '{"text":"a'],
        ['JSON that is deep', '['.repeat(4000)],
        ['JSON of other types', '{"text":5,"emotion_scores":[],"final":"yes"}'],
      ])('%s is told as an error of one message', async (_, json) => {
        const twice = Buffer.concat([text(json), text(json)])
        const { run } = await runAgainst(serveBytes(twice), '--fast', '--patience', '500')
        expect(linesOf(run, 'error').map(([code]) => code)).toEqual(['bad-message', 'bad-message'])
        expect(linesOf(run, 'disconnected')).toEqual([])
      })

      test.each([
        [
          'an upgrade for another key',
          'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
        ],
        ['a head without an end', `HTTP/1.1 101 x\r\n${'X: y\r\n'.repeat(2000)}`],
        ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
      ])('%s is no upgrade', async (_, head) => {
        const { run, connections } = await runAgainst(
          serveSockets((socket) => socket.write(head)),
          '--fast',
          '--patience',
          '2200',
        )
        expect(new Set(linesOf(run, 'disconnected').map(([told]) => told))).toEqual(new Set(['bad upgrade']))
        expect(linesOf(run, 'connected')).toEqual([])
        expect(connections).toBeGreaterThanOrEqual(2)
      })
    })
  },
)
