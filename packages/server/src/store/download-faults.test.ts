// 70 injected faults against the store on a real disk, over real HTTP. Each ends in the right file or in a clear error; none leaves a cache that a
// later, undisturbed download would not make whole.
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isSpeechError } from '@sensevoice-web/engine'
import { seededRandom } from '@sensevoice-web/engine/testing'
import type { WantedModel } from '@sensevoice-web/onnx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fault, FaultServer } from '../../../onnx/src/test-data/fault-server.ts'
import { SMALL_TOKENS, smallManifest, smallSherpaModel } from '../../../onnx/src/test-data/small-model.ts'
import { Workspace } from '../test-data/workspace.ts'
import { DiskStorage } from './disk-storage.ts'
import { nodeStore } from './node-store.ts'

const MODEL = smallSherpaModel()
const SHA256 = createHash('sha256').update(MODEL).digest('hex')
const TOKENS = new TextEncoder().encode(SMALL_TOKENS)

type Outcome = 'right' | 'stopped' | 'model-corrupt' | 'model-not-found' | 'network' | 'quota-exceeded'

interface Scenario {
  readonly name: string
  /** Of the first address, and of its mirror; without a mirror there is one address only. */
  readonly first: readonly Fault[]
  readonly mirror?: readonly Fault[]
  /** `any`: a mixture that may end either way. */
  readonly ends: Outcome | 'any'
  readonly stopAtBytes?: number
  readonly diskFull?: boolean
}

const random = seededRandom(20_261_121)
/** A position inside of the model. */
const somewhere = () => 1 + Math.floor(random() * (MODEL.length - 2))
const always = (fault: Fault): Fault[] => Array<Fault>(30).fill(fault)
const times = <Value>(count: number, make: (index: number) => Value) =>
  Array.from({ length: count }, (_, i) => make(i))
const status = (code: number, retryAfter?: string): Fault => ({
  type: 'status',
  status: code,
  ...(retryAfter === undefined ? {} : { retryAfter }),
})
const HTML: Fault = { type: 'page', as: 'text/html' }
const DISGUISED: Fault = { type: 'page', as: 'application/octet-stream' }
const SHORT: Fault = { type: 'length', bytes: MODEL.length - 1000 }
const LONG: Fault = { type: 'length', bytes: MODEL.length + 1000 }

function cutThen(name: string, fault: Fault): Scenario {
  const at = somewhere()
  return { name: `cut at byte ${at}, then ${name}`, first: [{ type: 'cut', at }, fault], ends: 'right' }
}

function mixture(index: number): Scenario {
  const pool: (() => Fault)[] = [
    () => ({ type: 'cut', at: somewhere() }),
    () => ({ type: 'wrong-byte', at: somewhere() }),
    () => ({ type: 'lying-range', by: 1 + Math.floor(random() * 500) }),
    () => ({ type: 'shifted-range', by: -1 - Math.floor(random() * 500) }),
    () => ({ type: 'quiet-end', at: somewhere() }),
    () => status(503),
    () => HTML,
    () => ({ type: 'dead' }),
    () => ({ type: 'gzip' }),
    () => ({ type: 'unsatisfiable' }),
    () => ({ type: 'ignored-range' }),
    () => SHORT,
  ]
  const draw = () =>
    times(2 + Math.floor(random() * 4), () => (pool[Math.floor(random() * pool.length)] as () => Fault)())
  const [first, mirror] = [draw(), draw()]
  const name = `mixture ${index}: ${first.map(({ type }) => type)} and ${mirror.map(({ type }) => type)}`
  return { name, first, mirror, ends: 'any' }
}

const FULL_DISK: Scenario = { name: 'a full disk', first: [], diskFull: true, ends: 'quota-exceeded' }

const SCENARIOS: readonly Scenario[] = [
  ...times(8, () => somewhere()).map(
    (at): Scenario => ({ name: `cut at byte ${at}`, first: [{ type: 'cut', at }], ends: 'right' }),
  ),
  { name: 'cut three times', first: times(3, () => ({ type: 'cut', at: 20_000 })), ends: 'right' },
  ...times(3, () => somewhere()).map(
    (at): Scenario => ({ name: `silence from byte ${at} on`, first: [{ type: 'stall', at }], ends: 'right' }),
  ),
  ...times(4, () => somewhere()).map(
    (at): Scenario => ({
      name: `wrong byte ${at}`,
      first: [{ type: 'wrong-byte', at }],
      mirror: [],
      ends: 'right',
    }),
  ),
  { name: 'a wrong byte and no mirror', first: [{ type: 'wrong-byte', at: 99 }], ends: 'model-corrupt' },
  {
    name: 'wrong bytes everywhere',
    first: always({ type: 'wrong-byte', at: 7 }),
    mirror: always({ type: 'wrong-byte', at: 7 }),
    ends: 'model-corrupt',
  },
  cutThen('a range that starts before', { type: 'shifted-range', by: -300 }),
  cutThen('a range that starts behind', { type: 'shifted-range', by: 1 }),
  cutThen('a range that is another than it says', { type: 'lying-range', by: 64 }),
  cutThen('a range that is another, backwards', { type: 'lying-range', by: -1000 }),
  cutThen('a range without Content-Range', { type: 'range-without-header' }),
  cutThen('200 with all of it', { type: 'ignored-range' }),
  cutThen('416', { type: 'unsatisfiable' }),
  cutThen('a wrong byte in the rest', { type: 'wrong-byte', at: MODEL.length - 2 }),
  { ...cutThen('a web page', HTML), mirror: [] },
  {
    name: 'cut, then 416 for a file of another size',
    first: [
      { type: 'cut', at: 5000 },
      { type: 'unsatisfiable', total: 77 },
    ],
    mirror: [],
    ends: 'right',
  },
  { name: '429 with a short wish', first: [status(429, '1')], ends: 'right' },
  { name: '429 with a date', first: [status(429, new Date(Date.now() + 2000).toUTCString())], ends: 'right' },
  { name: '429 for an hour', first: [status(429, '3600')], mirror: [], ends: 'right' },
  { name: '429 for ever', first: always(status(429)), ends: 'network' },
  ...[500, 502, 503, 504, 408].map(
    (code): Scenario => ({ name: `${code} once`, first: [status(code)], ends: 'right' }),
  ),
  {
    name: '503 for ever and a dead mirror',
    first: always(status(503)),
    mirror: always({ type: 'dead' }),
    ends: 'network',
  },
  { name: '403', first: [status(403)], mirror: [], ends: 'right' },
  { name: '403 at both', first: always(status(403)), mirror: always(status(403)), ends: 'network' },
  { name: '404', first: [status(404)], mirror: [], ends: 'right' },
  { name: '404 at both', first: always(status(404)), mirror: always(status(404)), ends: 'model-not-found' },
  { name: 'a web page', first: [HTML], mirror: [], ends: 'right' },
  { name: 'a web page that says it is none', first: [DISGUISED], mirror: [], ends: 'right' },
  { name: 'web pages at both', first: always(HTML), mirror: always(DISGUISED), ends: 'model-not-found' },
  { name: 'gzip', first: [{ type: 'gzip' }], ends: 'right' },
  cutThen('gzip of all of it', { type: 'gzip' }),
  { name: 'a redirect', first: [{ type: 'redirect', to: 'mirror.onnx' }], mirror: [], ends: 'right' },
  { name: 'a redirect to nowhere', first: [{ type: 'redirect', to: 'none.onnx' }], ends: 'model-not-found' },
  {
    name: 'a redirect in circles',
    first: always({ type: 'redirect', to: 'first.onnx' }),
    mirror: [],
    ends: 'right',
  },
  { name: 'a shorter file', first: [SHORT], mirror: [], ends: 'right' },
  { name: 'a longer file', first: [LONG], mirror: [], ends: 'right' },
  { name: 'an empty file', first: always({ type: 'length', bytes: 0 }), mirror: [], ends: 'right' },
  { name: 'shorter files at both', first: always(SHORT), mirror: always(SHORT), ends: 'model-corrupt' },
  { name: 'a dead first address', first: always({ type: 'dead' }), mirror: [], ends: 'right' },
  { name: 'both dead', first: always({ type: 'dead' }), mirror: always({ type: 'dead' }), ends: 'network' },
  { name: 'no length', first: [{ type: 'chunked' }], ends: 'right' },
  { name: 'no length, cut', first: [{ type: 'chunked', cutAt: 12_345 }], ends: 'right' },
  { name: 'no length, ended early in good order', first: [{ type: 'quiet-end', at: 23_456 }], ends: 'right' },
  ...times(3, () => somewhere()).map(
    (at): Scenario => ({
      name: `stopped by the user at byte ${at}`,
      first: [{ type: 'slow', pieceBytes: 3000, pauseMs: 2 }],
      stopAtBytes: at,
      ends: 'stopped',
    }),
  ),
  ...(process.platform === 'linux' ? [FULL_DISK] : []),
  ...times(12, mixture),
]

let server: FaultServer
beforeAll(async () => {
  server = await FaultServer.start()
})
afterAll(() => server.stop())

let count = 0

/** Hosts the model under a place of its own, with the scenario's faults. */
function host(place: string, { first, mirror }: Pick<Scenario, 'first' | 'mirror'>): WantedModel {
  server.put(`${place}/first.onnx`, MODEL, first)
  server.put(`${place}/mirror.onnx`, MODEL, mirror)
  server.put(`${place}/tokens.txt`, TOKENS)
  const manifest = smallManifest(MODEL, 'sherpa')
  const urls = mirror === undefined ? ['first.onnx'] : ['first.onnx', 'mirror.onnx']
  const files = { ...manifest.files, model: { ...manifest.files.model, urls } }
  const text = new TextEncoder().encode(JSON.stringify({ ...manifest, files }))
  return { type: 'manifest', url: server.put(`${place}/manifest.json`, text) }
}

async function attempt(home: string, wanted: WantedModel, stopAtBytes?: number) {
  const user = new AbortController()
  const store = nodeStore(new DiskStorage(home), { stallMs: 150, wait: async () => {} })
  const onProgress = ({ loadedBytes }: { loadedBytes: number }) => {
    if (stopAtBytes !== undefined && loadedBytes >= stopAtBytes) user.abort(new Error('stopped'))
  }
  return await store.open(wanted, { onProgress, signal: user.signal })
}

async function sha256In(home: string): Promise<string | undefined> {
  const storage = new DiskStorage(home)
  const [key = 'none'] = await storage.folders()
  const source = await storage.folder(key).open('model.int8.onnx')
  if (source === undefined) return undefined
  return createHash('sha256')
    .update(await source.read(0, source.byteLength))
    .digest('hex')
}

function outcomeOf(error: unknown): string {
  if (isSpeechError(error)) return error.code
  return error instanceof Error ? error.message : String(error)
}

describe(`${SCENARIOS.length} faults`, () => {
  test.each(SCENARIOS)('$name', async (scenario) => {
    count += 1
    const workspace = new Workspace()
    try {
      const home = join(workspace.folder, 'models')
      const wanted = host(`/${count}`, scenario)
      const disk = scenario.diskFull ? fullDisk(home) : undefined
      const ended = await attempt(home, wanted, scenario.stopAtBytes).then(() => 'right', outcomeOf)
      if (scenario.ends === 'any')
        expect(['right', 'network', 'model-corrupt', 'model-not-found']).toContain(ended)
      else expect(ended).toBe(scenario.ends)
      // Under its name a file is right or not there at all.
      expect(await sha256In(home)).toBe(ended === 'right' ? SHA256 : undefined)
      disk?.free()
      host(`/${count}`, scenario.mirror === undefined ? { first: [] } : { first: [], mirror: [] })
      await attempt(home, wanted)
      expect(await sha256In(home)).toBe(SHA256)
      expect(await nodeStore(new DiskStorage(home)).verify('small')).toEqual([])
    } finally {
      workspace.remove()
    }
  })
})

/** The model's partial file is one that takes no byte: Linux has a device for it. */
function fullDisk(home: string): { free(): void } {
  const partial = join(home, `small-${SHA256.slice(0, 12)}`, 'model.int8.onnx.partial')
  mkdirSync(join(partial, '..'), { recursive: true })
  symlinkSync('/dev/full', partial)
  return { free: () => rmSync(partial, { force: true }) }
}

test('there are at least fifty faults, and most of them are overcome', () => {
  expect(SCENARIOS.length).toBeGreaterThanOrEqual(50)
  expect(SCENARIOS.filter(({ ends }) => ends === 'right').length).toBeGreaterThanOrEqual(35)
})
