import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'

/** Puts every file of a folder on the server, under `prefix`. */
export function putFolder(server: FaultServer, prefix: string, folder: string): void {
  for (const path of filesUnder(folder)) {
    server.put(prefix + relative(folder, path).replaceAll('\\', '/'), readFileSync(path))
  }
}

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesUnder(path)
    else yield path
  }
}
