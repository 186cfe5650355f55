import type { ContractTest } from '@sensevoice-web/engine/testing'
import { type ModelStorage, readFile, writeFile } from '../store/store-folder.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

async function held(storage: ModelStorage, name: string): Promise<number[]> {
  const partial = await storage.folder('model').partial(name)
  try {
    const pieces: number[] = []
    for await (const piece of partial.read()) pieces.push(...piece)
    return pieces
  } finally {
    await partial.close()
  }
}

/**
 * Registers what every `ModelStorage` must keep.
 *
 * @param create an empty storage; `reopen` gives another object over the same place, as the next session would
 */
export function modelStorageContract(
  { test, expect }: ContractTest,
  create: () => Promise<{ storage: ModelStorage; reopen(): ModelStorage }>,
): void {
  test('a file is not there before it is finished, and then as a whole', async () => {
    const { storage } = await create()
    const folder = storage.folder('model')
    const partial = await folder.partial('a.onnx')
    await partial.append(bytes(1, 2, 3))
    await partial.append(bytes(4))
    expect(partial.bytes).toBe(4)
    expect(await folder.open('a.onnx')).toBe(undefined)
    await partial.finish()
    await partial.close()
    const source = await folder.open('a.onnx')
    expect(source?.byteLength).toBe(4)
    expect([...((await source?.read(1, 2)) ?? [])]).toEqual([2, 3])
    expect(await folder.files()).toEqual([{ name: 'a.onnx', bytes: 4, partial: false }])
  })

  test('a range outside of a file is refused', async () => {
    const { storage } = await create()
    await writeFile(storage.folder('model'), 'a', bytes(1, 2))
    const source = await storage.folder('model').open('a')
    const refused = await source?.read(1, 2).catch((error: unknown) => error instanceof RangeError)
    expect(refused).toBe(true)
  })

  test('what a closed partial holds is there for the next session, with its tag', async () => {
    const { storage, reopen } = await create()
    const first = await storage.folder('model').partial('a')
    await first.setTag('"v1"')
    await first.append(bytes(1, 2, 3))
    await first.close()
    const next = reopen()
    expect(await next.folder('model').files()).toEqual([{ name: 'a', bytes: 3, partial: true }])
    const second = await next.folder('model').partial('a')
    expect([second.bytes, second.tag]).toEqual([3, '"v1"'])
    await second.append(bytes(4))
    await second.close()
    expect(await held(next, 'a')).toEqual([1, 2, 3, 4])
    const third = await next.folder('model').partial('a')
    await third.finish()
    await third.close()
    expect([...((await readFile(next.folder('model'), 'a')) ?? [])]).toEqual([1, 2, 3, 4])
  })

  test('a cleared partial holds neither bytes nor tag', async () => {
    const { storage, reopen } = await create()
    const partial = await storage.folder('model').partial('a')
    await partial.append(bytes(1, 2, 3))
    await partial.setTag('x')
    await partial.clear()
    expect([partial.bytes, partial.tag]).toEqual([0, undefined])
    await partial.append(bytes(9))
    await partial.close()
    expect(await held(reopen(), 'a')).toEqual([9])
  })

  test('a removed partial and a removed file are gone', async () => {
    const { storage } = await create()
    const folder = storage.folder('model')
    const partial = await folder.partial('a')
    await partial.append(bytes(1))
    await partial.remove()
    await partial.close()
    await writeFile(folder, 'b', bytes(2))
    await folder.remove('b')
    await folder.remove('never')
    expect(await folder.files()).toEqual([])
    expect(await folder.open('b')).toBe(undefined)
  })

  test('a finished file takes the place of the one before', async () => {
    const { storage } = await create()
    const folder = storage.folder('model')
    await writeFile(folder, 'a', bytes(1, 2, 3))
    await writeFile(folder, 'a', bytes(7))
    expect([...((await readFile(folder, 'a')) ?? [])]).toEqual([7])
  })

  test('an empty file is a file', async () => {
    const { storage } = await create()
    await writeFile(storage.folder('model'), 'a', bytes())
    expect((await readFile(storage.folder('model'), 'a'))?.length).toBe(0)
  })

  test('folders are listed while something is in them, and removed with everything', async () => {
    const { storage, reopen } = await create()
    expect(await storage.folders()).toEqual([])
    await writeFile(storage.folder('b-2'), 'a', bytes(1))
    const partial = await storage.folder('a_1').partial('a')
    await partial.append(bytes(1))
    await partial.close()
    expect(await reopen().folders()).toEqual(['a_1', 'b-2'])
    await storage.folder('b-2').removeAll()
    expect(await reopen().folders()).toEqual(['a_1'])
    expect(await storage.folder('b-2').files()).toEqual([])
    await storage.folder('never').removeAll()
  })

  test('large files come back in the same order', async () => {
    const { storage } = await create()
    const folder = storage.folder('model')
    const partial = await folder.partial('a')
    const piece = Uint8Array.from({ length: 700_000 }, (_, index) => (index * 7 + (index >> 9)) & 255)
    for (let index = 0; index < 15; index++) await partial.append(piece)
    await partial.finish()
    await partial.close()
    const source = await folder.open('a')
    expect(source?.byteLength).toBe(10_500_000)
    const across = await source?.read(7 * 700_000 - 3, 6)
    expect([...(across ?? [])]).toEqual([...piece.subarray(-3), ...piece.subarray(0, 3)])
  })

  test('work under one name runs one after the other', async () => {
    const { storage, reopen } = await create()
    const other = reopen()
    const order: string[] = []
    const work = (name: string) => async () => {
      order.push(`${name} begins`)
      await new Promise((resolve) => setTimeout(resolve, 50))
      order.push(`${name} ends`)
    }
    await Promise.all([storage.exclusive('x', work('a')), other.exclusive('x', work('b'))])
    expect(order[1]).toBe(`${order[0]?.[0]} ends`)
    expect(order.length).toBe(4)
    const broken = storage.exclusive('x', () => Promise.reject(new Error('broken')))
    expect(await broken.catch((error: Error) => error.message)).toBe('broken')
    expect(await storage.exclusive('x', async () => 'free again')).toBe('free again')
  })

  test('nothing runs as unused while one of several users is left', async () => {
    const { storage, reopen } = await create()
    const first = await storage.use('x')
    const second = await reopen().use('x')
    expect(await storage.ifUnused('x', async () => 'ran')).toEqual(undefined)
    await first()
    await first()
    expect(await reopen().ifUnused('x', async () => 'ran')).toEqual(undefined)
    expect(await storage.ifUnused('y', async () => 'ran')).toEqual({ value: 'ran' })
    await second()
    let freed: { readonly value: string } | undefined
    while (freed === undefined) freed = await storage.ifUnused('x', async () => 'ran')
    expect(freed).toEqual({ value: 'ran' })
    const broken = storage.ifUnused('y', () => Promise.reject(new Error('broken')))
    expect(await broken.catch((error: Error) => error.message)).toBe('broken')
  })

  test('a use begins only after what runs as unused, and waits no longer than its signal', async () => {
    const { storage, reopen } = await create()
    const release = await lasting((work) => storage.ifUnused('x', work))
    const controller = new AbortController()
    const waiting = reopen().use('x', controller.signal)
    setTimeout(() => controller.abort(new Error('enough')), 30)
    expect(await waiting.then(String, (error: Error) => error.message)).toBe('enough')
    let used = false
    const patient = reopen()
      .use('x')
      .then((end) => {
        used = true
        return end
      })
    await Promise.resolve()
    expect(used).toBe(false)
    await release()
    await (await patient)()
    expect(used).toBe(true)
  })

  test('waiting for others ends with the signal', async () => {
    const { storage, reopen } = await create()
    const release = await lasting((work) => storage.exclusive('x', work))
    const controller = new AbortController()
    const waiting = reopen().exclusive('x', async () => 'never', controller.signal)
    setTimeout(() => controller.abort(new Error('enough')), 30)
    expect(await waiting.catch((error: Error) => error.message)).toBe('enough')
    await release()
  })
}

/** Begins what goes on until the function that this resolves with is called. */
async function lasting(begin: (work: () => Promise<void>) => Promise<unknown>): Promise<() => Promise<void>> {
  let end!: () => void
  let ended!: Promise<unknown>
  await new Promise<void>((entered) => {
    ended = begin(
      () =>
        new Promise<void>((resolve) => {
          end = resolve
          entered()
        }),
    )
  })
  return async () => {
    end()
    await ended
  }
}
