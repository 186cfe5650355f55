import { afterEach, expect, test } from 'vitest'
import { SMALL_TOKENS, smallSherpaModel } from '../../../onnx/src/test-data/small-model.ts'
import { type ModelFolderChanges, modelFolder, Workspace } from '../test-data/workspace.ts'
import { readModel } from './read-model.ts'

const made: Workspace[] = []
afterEach(() => {
  for (const workspace of made.splice(0)) workspace.remove()
})

function folder(changes?: ModelFolderChanges): string {
  const workspace = modelFolder(changes)
  made.push(workspace)
  return workspace.folder
}

test('reads what the manifest names', async () => {
  const read = await readModel(folder())
  expect(read.tokens).toBe(SMALL_TOKENS)
  expect(read.manifest).toMatchObject({ id: 'small' })
  expect(Buffer.from(read.model).equals(smallSherpaModel())).toBe(true)
})

test('reads a published download without a manifest', async () => {
  const read = await readModel(folder({ manifest: false }))
  expect(read.manifest).toBeUndefined()
  expect(read.tokens).toBe(SMALL_TOKENS)
})

test('names the file and both sums when one bit of the model was flipped', async () => {
  const model = smallSherpaModel()
  model[model.length >> 1] = (model[model.length >> 1] ?? 0) ^ 1
  await expect(readModel(folder({ model }))).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringMatching(
      /model\.int8\.onnx has the SHA-256 [0-9a-f]{64}, the manifest says [0-9a-f]{64}/,
    ),
  })
})

test('names the sizes when the model was cut short', async () => {
  const model = smallSherpaModel().subarray(0, 1000)
  await expect(readModel(folder({ model }))).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringMatching(/has 1000 bytes, the manifest says \d+/),
  })
})

test('refuses tokens that are not those of the manifest', async () => {
  const tokens = SMALL_TOKENS.replace('▁one', '▁two')
  await expect(readModel(folder({ tokens }))).rejects.toMatchObject({ code: 'model-corrupt' })
})

test('refuses a manifest that is a web page, and one that is incomplete', async () => {
  const page = readModel(folder({ manifest: '<html>404</html>' }))
  await expect(page).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining('no JSON'),
  })
  await expect(readModel(folder({ manifest: '{"schema":1}' }))).rejects.toMatchObject({
    code: 'model-corrupt',
    message: expect.stringContaining('files'),
  })
})

test('says what is missing: the folder, the model in it, the tokens', async () => {
  await expect(readModel('/nowhere/at/all')).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('/nowhere/at/all'),
  })
  const empty = new Workspace()
  made.push(empty)
  await expect(readModel(empty.folder)).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('model.int8.onnx'),
  })
  empty.file('model.onnx', smallSherpaModel())
  await expect(readModel(empty.folder)).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('tokens.txt'),
  })
})
