import * as ort from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { startOnnxRuntime } from './start-runtime.ts'

test('a runtime that works is started by a graph that it takes', async () => {
  await expect(startOnnxRuntime(ort, 'cpu')).resolves.toBeUndefined()
})

test('one that does not is told by what it said', async () => {
  const broken = {
    ...ort,
    InferenceSession: { create: () => Promise.reject(new Error('no available backend found')) },
  } as unknown as typeof ort
  await expect(startOnnxRuntime(broken)).rejects.toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('no available backend found'),
    hint: expect.stringContaining('.wasm'),
  })
})
