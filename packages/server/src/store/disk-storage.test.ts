import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { writeFile } from '@sensevoice-web/onnx'
import { afterEach, expect, test } from 'vitest'
import { modelStorageContract } from '../../../onnx/src/test-data/store-folder-contract.ts'
import { Workspace } from '../test-data/workspace.ts'
import { DiskStorage } from './disk-storage.ts'
import { modelsHome } from './store-home.ts'

const made: Workspace[] = []
afterEach(() => {
  for (const workspace of made.splice(0)) workspace.remove()
})

function root(): string {
  const workspace = new Workspace()
  made.push(workspace)
  return join(workspace.folder, 'models')
}

modelStorageContract({ test, expect }, async () => {
  const path = root()
  return { storage: new DiskStorage(path), reopen: () => new DiskStorage(path) }
})

test('the lock of a killed process is taken over, that of a living one is waited for', async () => {
  const path = root()
  const locks = join(path, '.locks')
  mkdirSync(locks, { recursive: true })
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(child, 'spawn')
  writeFileSync(join(locks, 'x.lock'), JSON.stringify({ pid: child.pid, host: hostname(), id: 'child' }))
  const started = performance.now()
  setTimeout(() => child.kill('SIGKILL'), 400)
  expect(await new DiskStorage(path).exclusive('x', async () => 'mine')).toBe('mine')
  expect(performance.now() - started).toBeGreaterThan(350)
  expect(readdirSync(locks)).toEqual([])
})

test('a use of a killed process is over, that of a living one keeps a model', async () => {
  const path = root()
  const locks = join(path, '.locks')
  mkdirSync(locks, { recursive: true })
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'])
  await once(child, 'spawn')
  const mark = join(locks, 'x.in-use-1')
  const storage = new DiskStorage(path)
  writeFileSync(mark, JSON.stringify({ pid: child.pid, host: hostname(), id: 'child' }))
  expect(await storage.ifUnused('x', async () => 'ran')).toBeUndefined()
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await storage.ifUnused('x', async () => 'ran')).toEqual({ value: 'ran' })
  // A container that was started again has the same name and the same process ids.
  writeFileSync(mark, JSON.stringify({ pid: process.pid, host: hostname(), id: 'earlier' }))
  utimesSync(mark, new Date(0), new Date(0))
  expect(await storage.ifUnused('x', async () => 'ran')).toEqual({ value: 'ran' })
  expect(readdirSync(locks)).toEqual([])
})

test('a model in a store that cannot be written to is used all the same', async () => {
  const path = root()
  mkdirSync(join(path, 'x'), { recursive: true })
  writeFileSync(join(path, '.locks'), 'a file where the folder of the locks should be')
  await (await new DiskStorage(path).use('x'))()
  await expect(new DiskStorage(path).ifUnused('x', async () => {})).rejects.toMatchObject({
    code: 'file-unreadable',
  })
})

test.runIf(process.platform === 'linux')('a full disk is said as such', async () => {
  const path = root()
  mkdirSync(join(path, 'model'), { recursive: true })
  symlinkSync('/dev/full', join(path, 'model', 'a.partial'))
  await expect(
    writeFile(new DiskStorage(path).folder('model'), 'b', new Uint8Array(3)),
  ).resolves.toBeUndefined()
  const partial = await new DiskStorage(path).folder('model').partial('a')
  await expect(partial.append(new Uint8Array(3))).rejects.toMatchObject({ code: 'quota-exceeded' })
  await partial.close()
})

test('a place that cannot be written to is said as such', async () => {
  const path = root()
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, 'a file where the folder should be')
  await expect(
    writeFile(new DiskStorage(path).folder('model'), 'a', new Uint8Array(1)),
  ).rejects.toMatchObject({
    code: 'file-unreadable',
  })
})

test('SENSEVOICE_HOME names the place, else the platform does', () => {
  expect(modelsHome({ SENSEVOICE_HOME: '/somewhere' })).toBe(join('/somewhere', 'models'))
  expect(modelsHome({})).toMatch(/sensevoice-web/)
})

test('how much is free is known before the folder is there', async () => {
  expect(await new DiskStorage(root()).freeBytes()).toBeGreaterThan(0)
})
