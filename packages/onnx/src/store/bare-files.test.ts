import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PREPARE_VERSION } from '../prepare/prepare-model.ts'
import { SMALL_PIECES, SMALL_TOKENS, smallFunasrModel, smallManifest } from '../test-data/small-model.ts'
import { MODEL, StoreRig } from '../test-data/store-rig.ts'
import { MemoryStorage } from './memory-storage.ts'
import { writeFile } from './store-folder.ts'

let rig: StoreRig
let storage: MemoryStorage
beforeAll(async () => {
  rig = await StoreRig.start()
})
afterAll(() => rig.server.stop())
beforeEach(() => {
  rig.next()
  storage = new MemoryStorage()
})

const open = (wanted: { model: string; tokens: string; cmvn?: string }) =>
  rig.store({ storage, attempts: 1 }).open({ type: 'files', ...wanted })

const OTHER_TOKENS = SMALL_TOKENS.replace('▁one', '▁eins')

function hosted() {
  return {
    model: rig.put('m.onnx', MODEL),
    right: rig.put('right.txt', OTHER_TOKENS),
    wrong: rig.put('wrong.txt', SMALL_TOKENS),
  }
}

describe('a bare model whose other files are named anew', () => {
  test('gets the token list that is asked for, without being fetched again', async () => {
    const { model, right, wrong } = hosted()
    const first = await open({ model, tokens: wrong })
    await writeFile(first.folder, `prepared-${PREPARE_VERSION}.integer.onnx`, Uint8Array.of(1))
    await first.release()
    rig.asked()
    const { tokens, key, folder, manifest } = await open({ model, tokens: right })
    expect(tokens).toBe(OTHER_TOKENS)
    expect(key).toBe(first.key)
    expect(manifest.files.model).toEqual(first.manifest.files.model)
    expect(rig.asked()).toEqual(['right.txt'])
    // The tags of the old list were part of it.
    expect((await folder.files()).filter(({ name }) => name.startsWith('prepared-'))).toEqual([])
    expect((await open({ model, tokens: right })).tokens).toBe(OTHER_TOKENS)
    expect(rig.asked()).toEqual([])
  })

  test('gets another am.mvn', async () => {
    const numbers = (value: number) => Array<number>(560).fill(value).join(' ')
    const cmvn = (mean: number) =>
      `<AddShift> 560 560\n[ ${numbers(mean)} ]\n<Rescale> 560 560\n[ ${numbers(0.25)} ]`
    const model = rig.put('model_quant.onnx', smallFunasrModel())
    const tokens = rig.put('tokens.json', JSON.stringify(SMALL_PIECES))
    const first = await open({ model, tokens, cmvn: rig.put('wrong.mvn', cmvn(-8)) })
    expect(first.manifest.frontend.negMean[0]).toBe(-8)
    rig.asked()
    const { manifest } = await open({ model, tokens, cmvn: rig.put('right.mvn', cmvn(-9)) })
    expect(manifest.frontend.negMean[0]).toBe(-9)
    expect(rig.asked()).toEqual(['tokens.json', 'right.mvn'])
  })

  test('stays as it was where the new list does not fit, or does not come', async () => {
    const { model, right } = hosted()
    const first = await open({ model, tokens: right })
    const before = await first.folder.files()
    const short = rig.put('short.txt', '<unk> 0\n')
    await expect(open({ model, tokens: short })).rejects.toMatchObject({ code: 'model-unsupported' })
    const dead = rig.put('dead.txt', SMALL_TOKENS, [{ type: 'dead' }])
    await expect(open({ model, tokens: dead })).rejects.toMatchObject({ code: 'network' })
    rig.asked()
    expect((await open({ model, tokens: right })).tokens).toBe(OTHER_TOKENS)
    expect(rig.asked()).toEqual([])
    expect(await first.folder.files()).toEqual(before)
  })

  test('whose download was cut goes on with the new list', async () => {
    const { right, wrong } = hosted()
    const model = rig.put('m.onnx', MODEL, [{ type: 'cut', at: 10_000 }])
    await expect(open({ model, tokens: wrong })).rejects.toMatchObject({ code: 'network' })
    rig.asked()
    expect((await open({ model, tokens: right })).tokens).toBe(OTHER_TOKENS)
    expect(rig.asked()).toEqual(['right.txt', 'm.onnx'])
  })
})

test('of a manifest that names another token list for the same model, that alone is fetched, also to a full disk', async () => {
  const url = rig.host()
  await (await rig.store({ storage }).open({ type: 'manifest', url })).release()
  const { model, tokens } = smallManifest(MODEL, 'sherpa').files
  const other = new TextEncoder().encode(OTHER_TOKENS)
  const hex = [...new Uint8Array(await crypto.subtle.digest('SHA-256', other))].map((byte) =>
    byte.toString(16).padStart(2, '0'),
  )
  const changed = { ...tokens, bytes: other.length, sha256: hex.join('') }
  rig.host({
    tokens: other,
    manifest: { ...smallManifest(MODEL, 'sherpa'), files: { model, tokens: changed } },
  })
  storage.freeBytes = async () => 1000 as unknown as undefined
  rig.asked()
  expect((await rig.store({ storage }).open({ type: 'manifest', url })).tokens).toBe(OTHER_TOKENS)
  expect(rig.asked()).toEqual(['manifest.json', 'tokens.txt'])
})
