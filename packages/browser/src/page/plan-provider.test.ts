import { describe, expect, test } from 'vitest'
import type { ModelLocation, ProviderVerdict } from '../wire/recognizer-api.ts'
import { planProvider } from './plan-provider.ts'
import { type MeasuredOn, ProviderMemory } from './provider-memory.ts'

const EMBEDDED: ModelLocation = { type: 'embedded', manifest: 'a', model: 'b', tokens: 'c' }
const STORED: ModelLocation = { type: 'stored', wanted: { type: 'known', name: 'sensevoice-small' } }
const THREADS = 4
const AUTO = { provider: 'auto', model: STORED, threads: THREADS } as const
const WEBGPU = { ...AUTO, provider: 'webgpu' } as const
const gpu = async () => ({ usable: true, adapter: 'vendor x' }) as const
const noGpu = async () => ({ usable: false, reason: 'WASM: there is no WebGPU adapter.' }) as const

function memory(entries = new Map<string, string>()) {
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
  }
  return (on: MeasuredOn) => new ProviderMemory(on, { storage: () => storage, userAgent: 'Chrome/137.0' })
}

const faster: ProviderVerdict = {
  type: 'compared',
  model: 'sha',
  agrees: true,
  agreement: 1,
  webgpuMs: 10,
  wasmMs: 90,
}

async function remembered(verdict: ProviderVerdict) {
  const remember = memory()
  const plan = await planProvider(WEBGPU, gpu, remember)
  if (plan.provider === 'webgpu') plan.memory.keep(verdict)
  return remember
}

describe('planProvider', () => {
  test('takes WASM where it was asked for, and for the embedded model', async () => {
    expect(await planProvider({ ...AUTO, provider: 'wasm' }, gpu)).toMatchObject({ provider: 'wasm' })
    expect(await planProvider({ ...AUTO, model: EMBEDDED }, gpu)).toMatchObject({ provider: 'wasm' })
  })

  test('without a GPU auto says why it is WASM, and webgpu is refused', async () => {
    expect(await planProvider(AUTO, noGpu)).toEqual({
      provider: 'wasm',
      reason: 'WASM: there is no WebGPU adapter.',
    })
    await expect(planProvider(WEBGPU, noGpu)).rejects.toMatchObject({
      code: 'not-supported',
      message: 'WebGPU was asked for. WASM: there is no WebGPU adapter.',
    })
  })

  test('an unknown GPU is tried, also for the embedded model when asked for', async () => {
    expect(await planProvider(AUTO, gpu, memory())).toMatchObject({
      provider: 'webgpu',
      request: { choose: 'faster' },
    })
    expect(await planProvider({ ...WEBGPU, model: EMBEDDED }, gpu, memory())).toMatchObject({
      provider: 'webgpu',
      request: { choose: 'webgpu' },
    })
  })

  test('a GPU that was faster is used with what is known of it', async () => {
    const remember = await remembered(faster)
    expect(await planProvider(AUTO, gpu, remember)).toMatchObject({
      provider: 'webgpu',
      request: { verdict: faster },
    })
  })

  test.each([
    ['slower', { ...faster, webgpuMs: 100 }, 'WASM is faster on this machine'],
    ['wrong', { ...faster, agrees: false, agreement: 0.2 }, '20 % of a clip'],
    ['unable', { type: 'failed', model: 'sha', reason: 'no kernel' }, 'no kernel'],
  ] as const)('a GPU that was %s is not tried again with the same model', async (_, verdict, words) => {
    const remember = await remembered(verdict)
    const plan = await planProvider(AUTO, gpu, remember)
    expect(plan).toMatchObject({
      provider: 'wasm',
      reason: expect.stringContaining(words),
      remembered: { model: 'sha', otherwise: { provider: 'webgpu', request: { choose: 'faster' } } },
    })
  })

  test('who insists on a GPU that was not right has it tried again', async () => {
    const failed = { type: 'failed', model: 'sha', reason: 'no kernel' } as const
    expect(await planProvider(WEBGPU, gpu, await remembered(failed))).toMatchObject({
      provider: 'webgpu',
      request: { choose: 'webgpu' },
    })
  })

  test('another GPU, another model, or another number of threads is another question', async () => {
    const remember = await remembered({ ...faster, webgpuMs: 100 })
    const other = async () => ({ usable: true, adapter: 'vendor y' }) as const
    expect(await planProvider(AUTO, other, remember)).toMatchObject({ provider: 'webgpu' })
    const oneThread = { ...AUTO, threads: 1 }
    expect(await planProvider(oneThread, gpu, remember)).toMatchObject({ provider: 'webgpu' })
    const model: ModelLocation = { type: 'files', model: new File(['x'], 'a.onnx'), tokens: new Blob() }
    expect(await planProvider({ ...AUTO, model }, gpu, remember)).toMatchObject({ provider: 'webgpu' })
  })
})
