import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryStorage } from './memory-storage.ts'
import { removeStored } from './remove-stored.ts'
import { writeFile } from './store-folder.ts'

const MODEL = new Uint8Array(1000)
let storage: MemoryStorage
beforeEach(async () => {
  vi.useFakeTimers()
  storage = new MemoryStorage()
  await writeFile(storage.folder('small'), 'model.onnx', MODEL)
})
afterEach(() => {
  vi.useRealTimers()
})

test('removing a model in use ends with busy after a while, and everything is still there', async () => {
  const release = await storage.use('small')
  const refused = expect(removeStored(storage, 'small')).rejects.toMatchObject({
    code: 'busy',
    retryable: true,
    message: expect.stringContaining('small'),
  })
  await vi.advanceTimersByTimeAsync(5200)
  await refused
  expect((await storage.folder('small').files()).map(({ bytes }) => bytes)).toEqual([MODEL.length])
  await release()
  expect(await removeStored(storage, 'small')).toBe(MODEL.length)
  expect(await storage.folders()).toEqual([])
})

test('with a signal it waits as long as the signal lets it', async () => {
  const release = await storage.use('small')
  const controller = new AbortController()
  const left = removeStored(storage, 'small', { signal: controller.signal }).catch((error: Error) => error)
  const patient = removeStored(storage, 'small', { signal: new AbortController().signal })
  await vi.advanceTimersByTimeAsync(60_000)
  controller.abort(new Error('enough'))
  expect(await left).toMatchObject({ message: 'enough' })
  await release()
  await vi.advanceTimersByTimeAsync(200)
  expect(await patient).toBe(MODEL.length)
})

test('with a signal and a patience, what ends first counts', async () => {
  await storage.use('small')
  const controller = new AbortController()
  const options = { signal: controller.signal, patienceMs: 1000 }
  const refused = expect(removeStored(storage, 'small', options)).rejects.toMatchObject({ code: 'busy' })
  await vi.advanceTimersByTimeAsync(1200)
  await refused
  const left = expect(removeStored(storage, 'small', options)).rejects.toThrow('enough')
  controller.abort(new Error('enough'))
  await vi.advanceTimersByTimeAsync(0)
  await left
})

test('a load that begins while a removal waits does not wait for it', async () => {
  const first = await storage.use('small')
  const removing = removeStored(storage, 'small', { signal: new AbortController().signal })
  await vi.advanceTimersByTimeAsync(500)
  const second = await storage.use('small')
  await first()
  await second()
  await vi.advanceTimersByTimeAsync(200)
  expect(await removing).toBe(MODEL.length)
})
