import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { wait } from '@sensevoice-web/onnx'
import { ifThere, onDisk } from './disk-error.ts'

const POLL_MS = 100
const HEARTBEAT_MS = 5000
/** A lock that has not been touched for this long belongs to nobody any more. */
const ABANDONED_MS = 60_000

/**
 * Runs `work` while a lock file is ours, over all processes. Node has no file locks of the system, so a lock of a process that was killed is
 * recognized by its dead process id, one of another machine (a shared home), or of a container that was started again, by its age.
 */
export async function withFileLock<Value>(
  path: string,
  work: () => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  const lock = `${path}.lock`
  const owner = ownerRecord()
  await onDisk(lock, () => acquire(lock, owner, signal))
  const stop = keepAlive(lock)
  try {
    return await work()
  } finally {
    stop()
    if ((await ifThere(() => readFile(lock, 'utf8'))) === owner) await rm(lock, { force: true })
  }
}

/** What a lock file of this process holds. */
export function ownerRecord(): string {
  return JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() })
}

/** Touches a lock file until the returned function is called. Does not keep the process alive. */
export function keepAlive(lock: string): () => void {
  const heartbeat = setInterval(() => {
    const now = new Date()
    // Removed under our feet by hand: work goes on, and the end finds nothing to remove.
    utimes(lock, now, now).catch(() => {})
  }, HEARTBEAT_MS).unref()
  return () => clearInterval(heartbeat)
}

async function acquire(lock: string, owner: string, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      await writeFile(lock, owner, { flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (!(await removedAbandoned(lock))) await wait(POLL_MS, signal)
  }
}

async function removedAbandoned(lock: string): Promise<boolean> {
  const seen = await ifThere(() => readFile(lock, 'utf8'))
  if (seen === undefined) return true
  if (!(await isAbandoned(lock, seen))) return false
  // Two waiters may both come to this: only a lock that is still the seen one is thrown away, any other is given back.
  const aside = `${lock}.${randomUUID()}`
  const taken = await ifThere(async () => {
    await rename(lock, aside)
    return await readFile(aside, 'utf8')
  })
  if (taken === undefined) return true
  if (taken === seen) await rm(aside, { force: true })
  else await rename(aside, lock)
  return true
}

/** Whether the owner of a lock file is gone. */
export async function isAbandoned(lock: string, content: string): Promise<boolean> {
  const info = await ifThere(() => stat(lock))
  if (info === undefined) return true
  if (Date.now() - info.mtimeMs > ABANDONED_MS) return true
  try {
    const { pid, host } = JSON.parse(content) as { pid: number; host: string }
    return host === hostname() && !alive(pid)
  } catch {
    // Its owner was killed while it wrote the first bytes, or is writing them right now.
    return false
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
