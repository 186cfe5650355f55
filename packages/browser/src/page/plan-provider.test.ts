import { describe, expect, test } from 'vitest'
import type { ModelLocation, ProviderVerdict } from '../wire/recognizer-api.ts'
import { planProvider } from './plan-provider.ts'
import { ProviderMemory } from './provider-memory.ts'

const EMBEDDED: ModelLocation = { type: 'embedded', manifest: 'a', model: 'b', tokens: 'c' }
const STORED: ModelLocation = { type: 'stored', wanted: { type: 'known', name: 'sensevoice-small' } }
const gpu = async () => ({ usable: true, adapter: 'vendor x' }) as const
const noGpu = async () => ({ usable: false, reason: 'WASM: there is no WebGPU adapter.' }) as const

function memory(entries = new Map<string, string>()) {
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
  }
  return (name: string, adapter: string) => new ProviderMemory(name, adapter, () => storage)
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
  const plan = await planProvider('webgpu', STORED, gpu, remember)
  if (plan.provider === 'webgpu') plan.memory.keep(verdict)
  return remember
}

describe('planProvider', () => {
  test('takes WASM where it was asked for, and for the embedded model', async () => {
    expect(await planProvider('wasm', STORED, gpu)).toMatchObject({ provider: 'wasm' })
    expect(await planProvider('auto', EMBEDDED, gpu)).toMatchObject({ provider: 'wasm' })
  })

  test('without a GPU auto says why it is WASM, and webgpu is refused', async () => {
    expect(await planProvider('auto', STORED, noGpu)).toEqual({
      provider: 'wasm',
      reason: 'WASM: there is no WebGPU adapter.',
    })
    await expect(planProvider('webgpu', STORED, noGpu)).rejects.toMatchObject({
      code: 'not-supported',
      message: 'WebGPU was asked for. WASM: there is no WebGPU adapter.',
    })
  })

  test('an unknown GPU is tried, also for the embedded model when asked for', async () => {
    expect(await planProvider('auto', STORED, gpu, memory())).toMatchObject({
      provider: 'webgpu',
      request: { choose: 'faster' },
    })
    expect(await planProvider('webgpu', EMBEDDED, gpu, memory())).toMatchObject({
      provider: 'webgpu',
      request: { choose: 'webgpu' },
    })
  })

  test('a GPU that was faster is used with what is known of it', async () => {
    const remember = await remembered(faster)
    expect(await planProvider('auto', STORED, gpu, remember)).toMatchObject({
      provider: 'webgpu',
      request: { verdict: faster },
    })
  })

  test.each([
    ['slower', { ...faster, webgpuMs: 100 }, 'WASM is faster on this machine'],
    ['wrong', { ...faster, agrees: false, agreement: 0.2 }, '20 % of a clip'],
    ['unable', { type: 'failed', model: 'sha', reason: 'no kernel' }, 'no kernel'],
  ] as const)('a GPU that was %s is not tried again', async (_, verdict, words) => {
    const remember = await remembered(verdict)
    const plan = await planProvider('auto', STORED, gpu, remember)
    expect(plan).toMatchObject({ provider: 'wasm', reason: expect.stringContaining(words) })
  })

  test('another GPU, or another model, is another question', async () => {
    const remember = await remembered({ ...faster, webgpuMs: 100 })
    const other = async () => ({ usable: true, adapter: 'vendor y' }) as const
    expect(await planProvider('auto', STORED, other, remember)).toMatchObject({ provider: 'webgpu' })
    const model: ModelLocation = { type: 'files', model: new File(['x'], 'a.onnx'), tokens: new Blob() }
    expect(await planProvider('auto', model, gpu, remember)).toMatchObject({ provider: 'webgpu' })
  })
})

describe('ProviderMemory', () => {
  test('forgets what is no verdict, and bears a page that may not store', async () => {
    const entries = new Map<string, string>()
    const storage = { getItem: () => [...entries.values()][0] ?? null, setItem: () => {} }
    for (const text of ['{', '{}', '{"type":"compared","model":"x"}', 'null', '7']) {
      entries.set('k', text)
      expect(new ProviderMemory('m', 'a', () => storage).recall()).toBeUndefined()
    }
    const blocked = new ProviderMemory('m', 'a', () => {
      throw new DOMException('no', 'SecurityError')
    })
    blocked.keep(faster)
    expect(blocked.recall()).toBeUndefined()
  })
})
