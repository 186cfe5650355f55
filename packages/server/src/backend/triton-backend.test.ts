import { readdirSync } from 'node:fs'
import type { Worker } from 'node:worker_threads'
import type { RecognitionKind } from '@sensevoice-web/engine'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { goldenClip } from '../../../onnx/src/test-data/files.ts'
import { modelFolder } from '../test-data/workspace.ts'
import type { Backend } from './backend.ts'
import { OipStandIn } from './test-data/oip-stand-in.ts'
import { SMALL_FACTS, SMALL_PARAMETERS, smallModel } from './test-data/served-small-model.ts'
import { createTritonBackend, type TritonBackendOptions } from './triton-backend.ts'

// What is recognized here is recognized by threads, which run the built files: `npm run build` makes them.
const segment = { id: 0, samples: goldenClip('en-three-one-four'), startSamples: 0 }
const call = { kind: 'final', device: 'a' } as const
const folder = modelFolder()
// Port 1 is nobody's.
const DEAD = 'http://127.0.0.1:1'
let model: Awaited<ReturnType<typeof smallModel>>
let server: OipStandIn
let fallbacks: RecognitionKind[] = []
let waits = 0
const opened: Backend[] = []

beforeAll(async () => {
  model = await smallModel()
})
beforeEach(async () => {
  fallbacks = []
  waits = 0
  server = await OipStandIn.start({ model, facts: SMALL_FACTS, parameters: SMALL_PARAMETERS })
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((backend) => backend.dispose()))
  server.kill()
})
afterAll(async () => {
  await model.dispose()
  folder.remove()
})

async function open(
  options: Pick<TritonBackendOptions, 'fallback'> & Partial<TritonBackendOptions>,
): Promise<Backend> {
  const backend = await createTritonBackend({
    model: folder.folder,
    endpoints: [server.http],
    parallel: 4,
    mostWaiting: 10,
    onFallback: (kind) => fallbacks.push(kind),
    onQueued: () => {
      waits += 1
    },
    ...options,
  })
  opened.push(backend)
  return backend
}

const textOf = async (backend: Backend) => (await backend.recognize(segment, call)).text

test('what no server answers is recognized here when that is wished, and by a server again when one is well', async () => {
  const backend = await open({ fallback: true })
  const served = await textOf(backend)
  expect(served).not.toBe('')
  expect(fallbacks).toEqual([])
  const { port } = server
  server.kill()
  for (let time = 0; time < 3; time += 1) expect(await textOf(backend)).toBe(served)
  expect(fallbacks).toEqual(['final', 'final', 'final'])
  expect(backend.ready).toBe(true)
  await server.listen(port)
  await vi.waitFor(
    async () => {
      const before = fallbacks.length
      expect(await textOf(backend)).toBe(served)
      expect(fallbacks).toHaveLength(before)
    },
    { timeout: 20_000, interval: 200 },
  )
})

test('starts on this machine when no server is well, or all serve another model', async () => {
  server.kill()
  expect(await textOf(await open({ fallback: true }))).not.toBe('')
  server = await OipStandIn.start({
    model,
    facts: SMALL_FACTS,
    parameters: { ...SMALL_PARAMETERS, tokens_sha256: 'other' },
  })
  expect(await textOf(await open({ fallback: true }))).not.toBe('')
  expect(fallbacks).toEqual(['final', 'final'])
})

test('without that wish a server that goes is an error, and none at the start, too', async () => {
  const backend = await open({ fallback: false })
  server.kill()
  await expect(backend.recognize(segment, call)).rejects.toMatchObject({ code: 'network', retryable: true })
  await vi.waitFor(() => expect(backend.ready).toBe(false))
  await expect(open({ fallback: false })).rejects.toMatchObject({ code: 'network' })
  expect(fallbacks).toEqual([])
})

test('under overload this machine would be overloaded too: it says busy', async () => {
  const backend = await open({ fallback: true })
  server.lasting = { type: 'overload' }
  await expect(backend.recognize(segment, call)).rejects.toMatchObject({ code: 'busy', retryable: true })
  expect(fallbacks).toEqual([])
})

test('what fails here, too, is not counted as recognized; waiting here is told as waiting', async () => {
  const backend = await open({ fallback: true, endpoints: [DEAD], mostWaiting: 1 })
  const asked = (['partial', 'partial', 'final', 'final'] as const).map((kind) =>
    backend.recognize(segment, { ...call, kind }),
  )
  const outcomes = await Promise.allSettled(asked)
  // One is recognized, one waits for it until a final takes its place; for the last one there is no room.
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
  expect(fallbacks).toEqual(['partial', 'final'])
  expect(waits).toBe(4 + 2)
})

test('the servers behind it are told, with a fallback too', async () => {
  for (const fallback of [true, false]) {
    const backend = await open({ fallback, endpoints: [server.http, DEAD] })
    expect(backend.counters?.endpoints.map(({ available }) => available)).toEqual([true, false])
  }
})

test.runIf(process.platform === 'linux')('the fallback has as many threads as it is given', async () => {
  const threadsOf = async (threads: number) => {
    const backend = await open({ fallback: true, endpoints: [DEAD], threads })
    await textOf(backend)
    const count = readdirSync('/proc/self/task').length
    await backend.dispose()
    return count
  }
  await threadsOf(1)
  expect((await threadsOf(7)) - (await threadsOf(1))).toBe(6)
})

test('a start that fails leaves no thread behind', async () => {
  const started: Worker[] = []
  const note = (worker: Worker) => started.push(worker)
  process.on('worker', note)
  await open({ fallback: true })
  await expect(open({ fallback: true, endpoints: [] })).rejects.toMatchObject({ code: 'invalid-argument' })
  process.off('worker', note)
  // A thread that has ended has the id -1.
  expect(started.map(({ threadId }) => threadId > 0)).toEqual([true, false])
})
