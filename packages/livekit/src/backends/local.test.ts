import { availableParallelism } from 'node:os'
import { initializeLogger } from '@livekit/agents'
import { afterAll, expect, test } from 'vitest'
import { TemporaryFolder } from '../../../onnx/src/test-data/temporary-folder.ts'
import { STT } from '../sense-voice-stt.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { frames, spoken } from '../test-data/sound.ts'
import { availableBytes, requireMemory } from './enough-memory.ts'
import { loadedModels, localBackend, prewarmLocal } from './local.ts'

initializeLogger({ pretty: false, level: 'silent' })

const folder = new TemporaryFolder()
afterAll(() => folder.remove())

test('says before loading how much memory a full model needs and how much there is', () => {
  expect(() => requireMemory('small', 239e6, 1, 1.5e9)).toThrow(
    'the model small needs 2.00 GB of free memory to be loaded, there are 1.50 GB',
  )
  expect(() => requireMemory('small', 239e6, 1, 2e9)).not.toThrow()
  expect(() => requireMemory('tiny', 2e6, 1, 0.1e9)).toThrow(/needs 0.25 GB/)
  expect(availableBytes()).toBeGreaterThan(10e6)
})

test('counts a copy of the model for each recognition at once', () => {
  expect(() => requireMemory('small', 239e6, 8, 4.7e9)).toThrow(
    'the model small, 8 times, needs 4.80 GB of free memory to be loaded, there are 4.70 GB',
  )
  expect(() => requireMemory('small', 239e6, 8, 4.81e9)).not.toThrow()
  expect(() => requireMemory('tiny', 2e6, 8, 0.5e9)).toThrow(/needs 0.60 GB/)
})

test('checks memory by the size of the very file and its copies, before it is read', async () => {
  folder.file('model.int8.onnx', new Uint8Array(101e6))
  const model = folder.folder
  const backend = localBackend({ model, freeBytes: () => 1e9 })
  await expect(backend.open()).rejects.toMatchObject({ code: 'out-of-memory', retryable: true })
  const most = Math.min(2, availableParallelism())
  await expect(backend.open()).rejects.toThrow(most === 2 ? /2 times, needs 2.40 GB/ : /needs 2.00 GB/)
  await expect(prewarmLocal({ model, parallel: 8, freeBytes: () => 4.7e9 })).rejects.toThrow(/needs 4.80 GB/)
  expect(loadedModels()).toBe(0)
})

test('what lacks memory is replaced, and the reason is told by prewarm', async () => {
  const backend = localBackend({ parallel: 1, freeBytes: () => 1 })
  const alone = new STT({ backend })
  await expect(alone.prewarm()).rejects.toThrow(/local: the model tiny needs 0.25 GB of free memory/)
  await alone.close()
  const own = new STT({ backend, fallbacks: [new ScriptedBackend('spare', () => 'from the spare')] })
  await own.prewarm()
  const event = await own.recognize(frames(spoken('en-hello')))
  expect(event.alternatives?.[0]).toMatchObject({ text: 'from the spare', metadata: { backend: 'spare' } })
  await own.close()
})

test('a device without its libraries is refused by name', async () => {
  await expect(localBackend({ device: 'cuda' }).open()).rejects.toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('the model cannot run on cuda here'),
    hint: expect.stringContaining('triton'),
  })
})

test('refuses numbers that are none, and says that a model is not there', async () => {
  expect(() => localBackend({ threads: 0 })).toThrow(/threads must be a whole number/)
  await prewarmLocal()
  const loaded = loadedModels()
  await expect(prewarmLocal({ parallel: 0 })).rejects.toThrow(/parallel must be a whole number/)
  await expect(prewarmLocal({ threads: 0 })).rejects.toThrow(/threads must be a whole number/)
  expect(loadedModels()).toBe(loaded)
  await expect(localBackend({ model: '/nowhere' }).open()).rejects.toMatchObject({ code: 'model-not-found' })
})
