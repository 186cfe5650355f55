import { randomUUID } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Release } from '@sensevoice-web/onnx'
import { ifThere, onDisk } from './disk-error.ts'
import { isAbandoned, keepAlive, ownerRecord, withFileLock } from './file-lock.ts'

const MARK = '.in-use-'

/**
 * Marks something as used by this process: a file of its own for every use, which the end of the process makes void.
 *
 * @param path of the locks of what is used, without an ending
 */
export async function markUsed(path: string, signal?: AbortSignal): Promise<Release> {
  const mark = `${path}${MARK}${randomUUID()}`
  await withFileLock(gateOf(path), () => onDisk(mark, () => writeFile(mark, ownerRecord())), signal)
  const stop = keepAlive(mark)
  return async () => {
    stop()
    await onDisk(mark, () => rm(mark, { force: true }))
  }
}

/** Runs `work` while there is no mark, and none comes. Undefined, without a run, where there is one. */
export async function ifUnmarked<Value>(
  path: string,
  work: () => Promise<Value>,
): Promise<{ readonly value: Value } | undefined> {
  return await withFileLock(gateOf(path), async () =>
    (await isMarked(path)) ? undefined : { value: await work() },
  )
}

async function isMarked(path: string): Promise<boolean> {
  const folder = dirname(path)
  const prefix = basename(path) + MARK
  for (const name of await onDisk(folder, () => readdir(folder))) {
    if (!name.startsWith(prefix)) continue
    const mark = join(folder, name)
    const seen = await ifThere(() => readFile(mark, 'utf8'))
    if (seen === undefined) continue
    if (!(await isAbandoned(mark, seen))) return true
    await onDisk(mark, () => rm(mark, { force: true }))
  }
  return false
}

/** Held for a moment by whoever begins a use, and for a removal by the one who removes. */
function gateOf(path: string): string {
  return `${path}.use`
}
