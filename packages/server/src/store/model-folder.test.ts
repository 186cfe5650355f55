import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { FaultServer } from '../../../onnx/src/test-data/fault-server.ts'
import { SMALL_TOKENS, smallManifest, smallSherpaModel } from '../../../onnx/src/test-data/small-model.ts'
import { Workspace } from '../test-data/workspace.ts'
import { useModelFolder, withModelFolder } from './model-folder.ts'
import { nodeStore } from './node-store.ts'

const MODEL = smallSherpaModel()
let server: FaultServer
let workspace: Workspace
beforeAll(async () => {
  server = await FaultServer.start()
})
afterAll(() => server.stop())
beforeEach(async () => {
  workspace = new Workspace()
  vi.stubEnv('SENSEVOICE_HOME', workspace.folder)
  server.put('/model.int8.onnx', MODEL)
  server.put('/tokens.txt', new TextEncoder().encode(SMALL_TOKENS))
  const manifest = new TextEncoder().encode(JSON.stringify(smallManifest(MODEL, 'sherpa')))
  const url = server.put('/manifest.json', manifest)
  await (await nodeStore().open({ type: 'manifest', url })).release()
})
afterEach(() => {
  vi.unstubAllEnvs()
  workspace.remove()
})

test('a stored model is not removed while its folder is used', async () => {
  const { folder, release } = await useModelFolder('small')
  expect(folder.startsWith(workspace.folder)).toBe(true)
  const soon = { signal: AbortSignal.timeout(300) }
  await expect(nodeStore().remove('small', soon)).rejects.toMatchObject({ name: 'TimeoutError' })
  await release()
  expect(await nodeStore().remove('small')).toBeGreaterThan(MODEL.length)
  await expect(useModelFolder('small')).rejects.toMatchObject({ code: 'model-not-found' })
})

test('a use ends with the work it was for, also with work that fails', async () => {
  const failing = withModelFolder('small', () => Promise.reject(new Error('cannot be read')))
  await expect(failing).rejects.toThrow('cannot be read')
  expect(await nodeStore().remove('small')).toBeGreaterThan(MODEL.length)
})

test('a folder that is given by its path is used as it is', async () => {
  const path = join(workspace.folder, 'mine')
  mkdirSync(path)
  expect(await withModelFolder(path, async (folder) => folder)).toBe(path)
})
