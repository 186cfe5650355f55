import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withFolderLock } from './folder-lock.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('lets one after another work, and leaves nothing behind', async () => {
  const lock = join(folder, 'lock')
  let working = 0
  let most = 0
  const work = async (value: number) => {
    working += 1
    most = Math.max(most, working)
    await new Promise((resolve) => setTimeout(resolve, 20))
    working -= 1
    return value
  }
  const done = await Promise.all([1, 2, 3].map((value) => withFolderLock(lock, 10_000, () => work(value))))
  expect(done).toEqual([1, 2, 3])
  expect(most).toBe(1)
  expect(existsSync(lock)).toBe(false)
})

test('takes over from a process that has died', async () => {
  const lock = join(folder, 'lock')
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  mkdirSync(lock)
  writeFileSync(join(lock, 'pid'), String(child.pid))
  expect(await withFolderLock(lock, 5000, () => 'mine')).toBe('mine')
})

test('gives up on a holder that lives, by name', async () => {
  const lock = join(folder, 'lock')
  mkdirSync(lock)
  writeFileSync(join(lock, 'pid'), String(process.pid))
  await expect(withFolderLock(lock, 300, () => 'mine')).rejects.toThrow(`held by process ${process.pid}`)
  expect(existsSync(lock)).toBe(true)
})

test('is free again after the work has failed', async () => {
  const lock = join(folder, 'lock')
  const failing = withFolderLock(lock, 1000, () => {
    throw new Error('no disk')
  })
  await expect(failing).rejects.toThrow('no disk')
  expect(existsSync(lock)).toBe(false)
})
