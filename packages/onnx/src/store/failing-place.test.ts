import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { blobSource } from '../prepare/byte-source.ts'
import { readGraph } from '../prepare/proto/read-graph.ts'
import { byManifest, FailingStorage, MODEL, StoreRig } from '../test-data/store-rig.ts'
import { MemoryStorage } from './memory-storage.ts'

let rig: StoreRig
let place: FailingStorage
beforeAll(async () => {
  rig = await StoreRig.start()
})
afterAll(() => rig.server.stop())
beforeEach(() => {
  rig.next()
  place = new FailingStorage()
})

/** Everything fetched into `place`, and let go. */
async function stored(url: string): Promise<string> {
  const { key, release } = await rig.store({ storage: place }).open(byManifest(url))
  await release()
  rig.asked()
  return key
}

describe('a place that fails for a moment', () => {
  test('costs no file that was fetched, when the model cannot be looked into', async () => {
    const url = rig.host()
    const key = await stored(url)
    await place.folder(key).remove('manifest.json')
    // It is hashed in one read.
    place.fail('model.int8.onnx', [1])
    await expect(rig.store({ storage: place }).open(byManifest(url))).rejects.toMatchObject({
      code: 'file-unreadable',
    })
    await rig.store({ storage: place }).open(byManifest(url))
    expect(rig.asked()).toEqual(['manifest.json', 'manifest.json'])
  })

  test('leaves a complete model where it is, and a copy of it is used meanwhile', async () => {
    const url = rig.host()
    const key = await stored(url)
    const before = await place.folder(key).files()
    // The search for it, and the look before it is fetched.
    place.fail('manifest.json', [0, 1])
    const store = rig.store({ storage: place, fallback: new MemoryStorage() })
    const { model, folder } = await store.open(byManifest(url))
    expect(store.storageFailures).toMatchObject([{ code: 'file-unreadable' }])
    expect(folder).not.toBe(place.folder(key))
    expect(await model.read(0, model.byteLength)).toEqual(MODEL)
    expect(rig.asked()).toEqual(['manifest.json'])
    expect(await place.folder(key).files()).toEqual(before)
  })

  test('is no damage of the model: what a Blob throws is told as such', async () => {
    const whole = new Blob([MODEL.slice()])
    const failing = {
      size: whole.size,
      slice: () => ({
        arrayBuffer: () => Promise.reject(new DOMException('it was changed', 'NotReadableError')),
      }),
    }
    expect((await readGraph(blobSource(whole))).nodes.length).toBeGreaterThan(0)
    await expect(readGraph(blobSource(failing))).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringContaining('NotReadableError'),
    })
  })
})

describe('a full place', () => {
  test('completes a finished model that only lacks its manifest', async () => {
    const url = rig.host()
    const key = await stored(url)
    await place.folder(key).remove('manifest.json')
    place.free = 1000
    const fallback = new MemoryStorage()
    await rig.store({ storage: place, fallback }).open(byManifest(url))
    expect(await fallback.folders()).toEqual([])
    expect(await rig.store({ storage: place }).list()).toMatchObject([{ key, state: 'complete' }])
    expect(rig.asked()).toEqual(['manifest.json'])
  })

  test('keeps a finished model of which another file is missing; its copy is used meanwhile', async () => {
    const url = rig.host()
    const key = await stored(url)
    await place.folder(key).remove('tokens.txt')
    place.free = 1000
    const fallback = new MemoryStorage()
    await rig.store({ storage: place, fallback }).open(byManifest(url))
    expect(await fallback.folders()).toEqual([key])
    expect(rig.asked()).toEqual(['manifest.json', 'tokens.txt'])
    expect((await place.folder(key).files()).map(({ name }) => name)).toContain('model.int8.onnx')
  })

  test('keeps what has come of a download while another tab needs it', async () => {
    const url = rig.host()
    const key = await stored(url)
    await place.folder(key).removeAll()
    rig.host({ modelFaults: [{ type: 'cut', at: 20_000 }] })
    const first = rig.store({ storage: place, attempts: 1 }).open(byManifest(url))
    await expect(first).rejects.toMatchObject({ code: 'network' })
    place.free = 1000
    const release = await place.use(key)
    const open = () => rig.store({ storage: place, fallback: new MemoryStorage() }).open(byManifest(url))
    await open()
    expect(rig.server.requests.at(-1)?.range).toBe('bytes=20000-')
    const held = { name: 'model.int8.onnx', bytes: 20_000, partial: true }
    expect(await place.folder(key).files()).toContainEqual(held)
    await release()
    await open()
    expect(await place.folders()).toEqual([])
  })
})
