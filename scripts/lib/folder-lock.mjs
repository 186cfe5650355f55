import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 250
// A holder makes the folder and then writes its process id into it; a folder that stays empty this long has lost its holder.
const UNNAMED_LIMIT_MS = 5000

function holder(folder) {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8'))
  } catch {
    return undefined
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function take(folder) {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(folder, 'pid'), String(process.pid))
  return true
}

/**
 * Runs `work` while no other process of this machine runs its own under the same folder. A lock whose holder has died is taken over.
 *
 * @param {string} folder made while the lock is held; the folder around it must exist
 * @param {number} limitMs how long to wait for the lock
 * @template T
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 * @throws Error when the lock was not free within `limitMs`, and what `work` throws
 */
export async function withFolderLock(folder, limitMs, work) {
  const endMs = performance.now() + limitMs
  let unnamedSinceMs
  while (!take(folder)) {
    const pid = holder(folder)
    unnamedSinceMs = pid === undefined ? (unnamedSinceMs ?? performance.now()) : undefined
    const lost = pid === undefined ? performance.now() - unnamedSinceMs > UNNAMED_LIMIT_MS : !lives(pid)
    if (lost) rmSync(folder, { recursive: true, force: true })
    else if (performance.now() > endMs) throw new Error(`The lock ${folder} is held by process ${pid}.`)
    else await sleep(LOOK_EVERY_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
