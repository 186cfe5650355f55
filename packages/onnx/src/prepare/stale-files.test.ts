import { expect, test } from 'vitest'
import { MemoryStorage } from '../store/memory-storage.ts'
import { writeFile } from '../store/store-folder.ts'
import { PREPARE_VERSION } from './prepare-model.ts'
import { removeStale } from './stale-files.ts'

test('only what another version has prepared is deleted', async () => {
  const folder = new MemoryStorage().folder('model')
  const kept = ['model.onnx', `prepared-${PREPARE_VERSION}.integer.onnx`, 'prepared-notes.txt']
  for (const name of [...kept, 'prepared-0.blocked.weights', 'prepared-99.graph.onnx']) {
    await writeFile(folder, name, Uint8Array.of(1))
  }
  await removeStale(folder)
  expect((await folder.files()).map(({ name }) => name).sort()).toEqual(kept.sort())
})
