import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { repositoryFile, repositoryText } from '../../../onnx/src/test-data/files.ts'
import { readModel } from '../model/read-model.ts'
import { Workspace } from '../test-data/workspace.ts'
import { prepareFolder } from './prepare-folder.ts'
import { preparedPaths } from './prepared-files.ts'
import { verifyPrepared } from './verify-prepared.ts'

let home: Workspace
beforeEach(() => {
  home = new Workspace()
  home.file('model.int8.onnx', repositoryFile('models/tiny/model.int8.onnx'))
  home.file('tokens.txt', repositoryText('models/tiny/tokens.txt'))
})
afterEach(() => home.remove())

const prepare = (outcome: 'faster' | 'slower' = 'faster') =>
  prepareFolder(home.folder, { measure: async () => ({ outcome, publishedMs: 2, preparedMs: 1 }) })

describe('verifyPrepared', () => {
  test('finds nothing where nothing was prepared, where it is not used, and where it is whole', async () => {
    expect(await verifyPrepared(home.folder)).toEqual([])
    await prepare('slower')
    expect(await verifyPrepared(home.folder)).toEqual([])
    rmSync(preparedPaths(home.folder).verdict)
    await prepare()
    expect(await verifyPrepared(home.folder)).toEqual([])
    expect(await readModel(home.folder)).toMatchObject({ prepared: 'but-for-layout' })
  })

  test('one bit of the weights is found, and all that was prepared is deleted', async () => {
    await prepare()
    const { weightsName } = preparedPaths(home.folder)
    const weights = readFileSync(join(home.folder, weightsName))
    weights[5000] = (weights[5000] ?? 0) ^ 1
    writeFileSync(join(home.folder, weightsName), weights)
    expect(await verifyPrepared(home.folder)).toEqual([
      {
        name: weightsName,
        fault: expect.stringMatching(/^its SHA-256 is [0-9a-f]{64} instead of [0-9a-f]{64}$/),
      },
    ])
    expect(readdirSync(home.folder).sort()).toEqual(['model.int8.onnx', 'tokens.txt'])
    expect((await readModel(home.folder)).model).toBeInstanceOf(Uint8Array)
  })

  test('waits while a model is prepared anew, and finds nothing wrong with that', async () => {
    await prepare()
    const { verdict } = preparedPaths(home.folder)
    const old = JSON.parse(readFileSync(verdict, 'utf8'))
    const other = { bytes: 1, sha256: '0'.repeat(64) }
    writeFileSync(verdict, JSON.stringify({ ...old, files: { ...old.files, weights: other } }))
    let verifying: Promise<unknown> = Promise.resolve()
    const { files } = await prepareFolder(home.folder, {
      measure: async () => {
        verifying = verifyPrepared(home.folder)
        // Without a lock it is done by then.
        await Promise.race([verifying, setTimeout(500)])
        return { outcome: 'faster', publishedMs: 2, preparedMs: 1 }
      },
    })
    expect(await verifying).toEqual([])
    expect(files).toEqual(old.files)
    expect(await readModel(home.folder)).toMatchObject({ prepared: 'but-for-layout' })
  })

  test('ends with its signal, and deletes nothing', async () => {
    await prepare()
    const before = readdirSync(home.folder)
    const stopped = verifyPrepared(home.folder, { signal: AbortSignal.abort(new Error('stopped')) })
    await expect(stopped).rejects.toThrow('stopped')
    expect(readdirSync(home.folder)).toEqual(before)
  })

  test('a graph that is gone is told', async () => {
    await prepare()
    rmSync(preparedPaths(home.folder).graph)
    expect(await verifyPrepared(home.folder)).toMatchObject([{ fault: 'it is gone' }])
  })
})
