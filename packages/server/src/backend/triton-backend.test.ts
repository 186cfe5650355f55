import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { goldenClip } from '../../../onnx/src/test-data/files.ts'
import { modelFolder } from '../test-data/workspace.ts'
import type { Backend } from './backend.ts'
import { OipStandIn } from './test-data/oip-stand-in.ts'
import { SMALL_FACTS, SMALL_PARAMETERS, smallModel } from './test-data/served-small-model.ts'
import { createTritonBackend } from './triton-backend.ts'

// What is recognized here is recognized by threads, which run the built files: `npm run build` makes them.
const segment = { id: 0, samples: goldenClip('en-three-one-four'), startSamples: 0 }
const call = { kind: 'final', device: 'a' } as const
const folder = modelFolder()
let model: Awaited<ReturnType<typeof smallModel>>
let server: OipStandIn
let fallbacks = 0
const opened: Backend[] = []

beforeAll(async () => {
  model = await smallModel()
})
beforeEach(async () => {
  fallbacks = 0
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

async function open(options: { fallback: boolean; endpoints?: string[] }): Promise<Backend> {
  const backend = await createTritonBackend({
    model: folder.folder,
    endpoints: [server.http],
    parallel: 4,
    mostWaiting: 10,
    onFallback: () => {
      fallbacks += 1
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
  expect(fallbacks).toBe(0)
  const { port } = server
  server.kill()
  for (let time = 0; time < 3; time += 1) expect(await textOf(backend)).toBe(served)
  expect(fallbacks).toBe(3)
  expect(backend.ready).toBe(true)
  await server.listen(port)
  await vi.waitFor(
    async () => {
      const before = fallbacks
      expect(await textOf(backend)).toBe(served)
      expect(fallbacks).toBe(before)
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
  expect(fallbacks).toBe(2)
})

test('without that wish a server that goes is an error, and none at the start, too', async () => {
  const backend = await open({ fallback: false })
  server.kill()
  await expect(backend.recognize(segment, call)).rejects.toMatchObject({ code: 'network', retryable: true })
  await vi.waitFor(() => expect(backend.ready).toBe(false))
  await expect(open({ fallback: false })).rejects.toMatchObject({ code: 'network' })
  expect(fallbacks).toBe(0)
})

test('under overload this machine would be overloaded too: it says busy', async () => {
  const backend = await open({ fallback: true })
  server.lasting = { type: 'overload' }
  await expect(backend.recognize(segment, call)).rejects.toMatchObject({ code: 'busy', retryable: true })
  expect(fallbacks).toBe(0)
})

test('a start that fails leaves no thread behind', async () => {
  await expect(open({ fallback: true, endpoints: [] })).rejects.toMatchObject({ code: 'invalid-argument' })
  await vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain('Worker'))
})
