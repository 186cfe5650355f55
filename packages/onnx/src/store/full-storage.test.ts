import { type LoadProgress, SpeechError } from '@sensevoice-web/engine'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { byManifest, MODEL, StoreRig } from '../test-data/store-rig.ts'
import { MemoryStorage } from './memory-storage.ts'
import { type ModelStorage, type StoreFolder, writeFile } from './store-folder.ts'
import type { ModelStoreParts } from './store-parts.ts'
import { wantedByAddress } from './wanted-model.ts'

let rig: StoreRig
beforeAll(async () => {
  rig = await StoreRig.start()
})
afterAll(() => rig.server.stop())
beforeEach(() => rig.next())

/** A storage with little room, as far as it admits it. */
class FullStorage extends MemoryStorage {
  readonly #room: number
  readonly #said: number | undefined

  constructor(room: number, said?: number) {
    super()
    this.#room = room
    this.#said = said
  }

  override folder(name: string): StoreFolder {
    const folder = super.folder(name)
    const { partial } = Object.getPrototypeOf(folder) as StoreFolder
    folder.partial = async (file) => {
      const made = await partial.call(folder, file)
      const append = made.append.bind(made)
      made.append = async (bytes) => {
        if (made.bytes + bytes.length > this.#room) {
          throw new SpeechError('quota-exceeded', 'the storage is full')
        }
        await append(bytes)
      }
      return made
    }
    return folder
  }

  override async freeBytes() {
    return this.#said as undefined
  }
}

const full = (room: number, said?: number): ModelStorage => new FullStorage(room, said)

test('a storage that turns out to be full hands its bytes over to the fallback', async () => {
  const url = rig.host({ modelFaults: [{ type: 'slow', pieceBytes: 6000, pauseMs: 5 }] })
  const place = full(20_000)
  const fallback = new MemoryStorage()
  const one = rig.store({ storage: place, fallback })
  const stored = await one.open(byManifest(url))
  expect(stored.storage).toBe('memory')
  expect(one.storageFailures).toMatchObject([{ code: 'quota-exceeded' }])
  expect(rig.server.requests.at(-1)?.range).toMatch(/^bytes=(6|12|18)000-$/)
  expect(await place.folders()).toEqual([])
})

test('a storage that admits to be full is not begun with', async () => {
  const url = rig.host()
  const place = full(Number.POSITIVE_INFINITY, 1000)
  await expect(rig.store({ storage: place }).open(byManifest(url))).rejects.toMatchObject({
    code: 'quota-exceeded',
    message: expect.stringMatching(/may still be stored/),
  })
  expect(await place.folders()).toEqual([])
})

/** What the room that is kept free beside the files leaves. */
const roomFor = (bytes: number) => (4 << 20) + bytes

test.each(['basic', 'cors'])(
  'an .onnx address is refused as soon as a %s answer tells that it will not fit',
  async (type) => {
    rig.host()
    const wanted = wantedByAddress(rig.url('model.int8.onnx'))
    const answered: ModelStoreParts['fetch'] = async (url, request) =>
      Object.defineProperty(await fetch(url, request), 'type', { value: type })
    const small = full(Number.POSITIVE_INFINITY, roomFor(MODEL.length - 1))
    const loaded: number[] = []
    const onProgress = ({ loadedBytes }: LoadProgress) => void loaded.push(loadedBytes)
    const opening = rig.store({ storage: small, fetch: answered }).open(wanted, { onProgress })
    await expect(opening).rejects.toMatchObject({ code: 'quota-exceeded' })
    expect(Math.max(0, ...loaded)).toBe(0)
    expect(await small.folders()).toEqual([])
    const enough = full(Number.POSITIVE_INFINITY, roomFor(MODEL.length))
    const { key } = await rig.store({ storage: enough, fetch: answered }).open(wanted)
    expect(await enough.folders()).toEqual([key])
  },
)

test('what else lies beside a model is no part of its download', async () => {
  const url = rig.host()
  const small = full(Number.POSITIVE_INFINITY, roomFor(MODEL.length - 1))
  const { key } = await rig.store({ storage: new MemoryStorage() }).open(byManifest(url))
  await writeFile(small.folder(key), 'prepared.onnx', new Uint8Array(MODEL.length))
  await expect(rig.store({ storage: small }).open(byManifest(url))).rejects.toMatchObject({
    code: 'quota-exceeded',
  })
})
