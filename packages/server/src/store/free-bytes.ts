import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What may still be written at a path, in bytes, whether it is there yet or only one of its parents; undefined where the system does not tell. */
export async function freeBytesAt(path: string): Promise<number | undefined> {
  for (let place = path; ; place = dirname(place)) {
    const info = await statfs(place).catch(() => undefined)
    if (info !== undefined) return info.bavail * info.bsize
    if (dirname(place) === place) return undefined
  }
}
