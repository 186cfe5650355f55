import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Fault, FaultServer } from '../test-data/fault-server.ts'
import { downloadFile } from './download-file.ts'
import type { DownloadOptions, DownloadProgress } from './download-options.ts'
import { MemoryStorage } from './memory-storage.ts'
import type { StoreFolder } from './store-folder.ts'

let server: FaultServer
let folder: StoreFolder
let count = 0
beforeAll(async () => {
  server = await FaultServer.start()
})
afterAll(() => server.stop())
beforeEach(() => {
  folder = new MemoryStorage().folder('model')
  server.requests.length = 0
  count += 1
})

const FILE = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) & 255)
const SHA256 = createHash('sha256').update(FILE).digest('hex')

function nodeHasher() {
  const hash = createHash('sha256')
  return Promise.resolve({
    update: (bytes: Uint8Array) => void hash.update(bytes),
    hex: () => hash.digest('hex'),
  })
}

function host(faults: readonly Fault[] = [], mirror = '', file = FILE): string {
  return server.put(`/${count}${mirror}/model.onnx`, file, faults)
}

async function download(urls: readonly string[], changes: Partial<DownloadOptions> = {}) {
  const partial = await folder.partial('model.onnx')
  return await downloadFile({
    what: 'the model',
    urls,
    bytes: FILE.length,
    sha256: SHA256,
    partial,
    fetch,
    createHasher: nodeHasher,
    stallMs: 300,
    wait: async () => {},
    ...changes,
  })
}

async function stored(): Promise<string | undefined> {
  const source = await folder.open('model.onnx')
  if (source === undefined) return undefined
  return createHash('sha256')
    .update(await source.read(0, source.byteLength))
    .digest('hex')
}

const ranges = () => server.requests.map(({ range }) => range)

test('a whole file is taken, hashed and finished', async () => {
  const progress: DownloadProgress[] = []
  const file = await download([host()], { onProgress: (one) => progress.push(one) })
  expect(file).toEqual({ bytes: FILE.length, sha256: SHA256 })
  expect(await stored()).toBe(SHA256)
  expect(progress.at(0)).toEqual({ phase: 'loading', loadedBytes: 0, totalBytes: FILE.length })
  expect(progress.at(-1)).toEqual({ phase: 'loading', loadedBytes: FILE.length, totalBytes: FILE.length })
})

test('after a cut only the rest is asked for', async () => {
  await download([host([{ type: 'cut', at: 120_000 }])])
  expect(ranges()).toEqual([undefined, 'bytes=120000-'])
  expect(await stored()).toBe(SHA256)
})

test('the next session goes on with what the last one left, and hashes it again', async () => {
  const url = host([{ type: 'cut', at: 100_000 }])
  await expect(download([url], { attempts: 1 })).rejects.toMatchObject({ code: 'network', retryable: true })
  expect(await folder.files()).toEqual([{ name: 'model.onnx', bytes: 100_000, partial: true }])
  const phases: string[] = []
  await download([url], { onProgress: ({ phase, loadedBytes }) => phases.push(`${phase} ${loadedBytes}`) })
  expect(ranges()).toEqual([undefined, 'bytes=100000-'])
  expect(phases[0]).toMatch(/^verifying /)
  expect(phases).toContain('verifying 100000')
  expect(await stored()).toBe(SHA256)
})

test('a mirror goes on where the first address left off', async () => {
  const first = host([{ type: 'cut', at: 90_000 }, ...Array<Fault>(4).fill({ type: 'dead' })])
  const second = host([], 'b')
  await download([first, second])
  expect(server.requests.at(-1)).toEqual({ path: `/${count}b/model.onnx`, range: 'bytes=90000-' })
  expect(await stored()).toBe(SHA256)
})

test('wrong bytes in the part of another session cost one start over, not the file', async () => {
  const partial = await folder.partial('model.onnx')
  await partial.append(FILE.slice(0, 1000).fill(7))
  await partial.close()
  await download([host()])
  expect(ranges()).toEqual(['bytes=1000-', undefined])
  expect(await stored()).toBe(SHA256)
})

test('a file with another hash is deleted and said', async () => {
  const wrong: Fault = { type: 'wrong-byte', at: 5000 }
  await expect(download([host([wrong])])).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining('SHA-256'),
  })
  expect((await folder.partial('model.onnx')).bytes).toBe(0)
  expect(await stored()).toBeUndefined()
})

test('Retry-After is kept to, up to a minute', async () => {
  const waits: number[] = []
  const remember = async (ms: number) => void waits.push(ms)
  const busy = (retryAfter: string): Fault => ({ type: 'status', status: 429, retryAfter })
  await download([host([busy('7'), { type: 'status', status: 503 }])], { wait: remember })
  expect(waits).toEqual([7000, 2000])
  const refused = host([busy('3600')], 'b')
  folder = new MemoryStorage().folder('model')
  await expect(download([refused], { wait: remember })).rejects.toThrow('the server answered 429')
})

test('a page, a missing file and a file of another size are each said for their address', async () => {
  const page = host([{ type: 'page', as: 'application/octet-stream' }])
  const short = host([{ type: 'length', bytes: 250_000 }], 'b')
  const missing = server.url('/nowhere')
  const error = await download([missing, page, short]).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'model-corrupt' })
  const { message } = error as Error
  expect(message).toContain(`${missing}: the server answered 404`)
  expect(message).toContain(`${page}: a web page is there`)
  expect(message).toContain(`${short}: the file there has 250000 bytes instead of 300000`)
  await expect(download([missing])).rejects.toMatchObject({ code: 'model-not-found', retryable: false })
})

test('an aborted download keeps its bytes and rejects with the reason', async () => {
  const controller = new AbortController()
  const url = host([{ type: 'slow', pieceBytes: 20_000, pauseMs: 10 }])
  const onProgress = ({ loadedBytes }: DownloadProgress) => {
    if (loadedBytes >= 100_000) controller.abort(new Error('the tab is closed'))
  }
  await expect(download([url], { onProgress, signal: controller.signal })).rejects.toThrow(
    'the tab is closed',
  )
  expect((await folder.partial('model.onnx')).bytes).toBeGreaterThanOrEqual(100_000)
  await download([url])
  expect(await stored()).toBe(SHA256)
})

test('a server that hides Content-Range is gone on with when the length fits', async () => {
  await download([host([{ type: 'cut', at: 50_000 }, { type: 'range-without-header' }])])
  expect(ranges()).toEqual([undefined, 'bytes=50000-'])
  expect(await stored()).toBe(SHA256)
})

test('an error of the place where it is stored ends the download and is no fault of the address', async () => {
  const partial = await folder.partial('model.onnx')
  partial.append = () => Promise.reject(new Error('the disk is on fire'))
  await expect(download([host()], { partial })).rejects.toMatchObject({
    code: 'file-unreadable',
    message: expect.stringMatching(/on fire/),
  })
  expect(server.requests).toHaveLength(1)
})

// Without a manifest neither size nor hash is known: only the server's own word for its version lets the rest be joined.
const unknown = { bytes: undefined, sha256: undefined }

test('a file of unknown size and hash is gone on with while its version is the same', async () => {
  const url = host([{ type: 'cut', at: 80_000 }])
  expect(await download([url], unknown)).toEqual({ bytes: FILE.length, sha256: SHA256 })
  expect(ranges()).toEqual([undefined, 'bytes=80000-'])
})

test('a file of unknown hash that has changed meanwhile is taken anew', async () => {
  const url = host([{ type: 'cut', at: 80_000 }])
  await expect(download([url], { ...unknown, attempts: 1 })).rejects.toThrow()
  const changed = FILE.slice().reverse()
  changed[changed.length >> 1] = ((FILE[FILE.length >> 1] ?? 0) + 1) & 255
  host([], '', changed)
  const { sha256 } = await download([url], unknown)
  expect(sha256).toBe(createHash('sha256').update(changed).digest('hex'))
})
