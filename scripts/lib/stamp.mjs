import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './run.mjs'

const IGNORED = new Set(['node_modules', 'dist', '.venv', '__pycache__', 'artifacts', 'etc'])

/** Hash over the names and contents of all files under `paths` (relative to the root); missing paths count as empty. */
export function hashOf(paths) {
  const hash = createHash('sha256').update(process.versions.node)
  for (const path of paths) {
    for (const file of filesUnder(join(root, path)))
      hash.update(relative(root, file)).update(readFileSync(file))
  }
  return hash.digest('hex')
}

function* filesUnder(path) {
  let stat
  try {
    stat = statSync(path)
  } catch {
    return
  }
  if (stat.isFile()) yield path
  else if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      if (!IGNORED.has(name)) yield* filesUnder(join(path, name))
    }
  }
}

const folder = join(root, 'node_modules/.cache/sensevoice')

/** Does `work` unless it was done before for the same inputs and its `output` is still there. */
export async function onceFor(name, inputs, output, work) {
  const stamp = join(folder, `${name}.stamp`)
  const hash = hashOf(inputs)
  if (readIfAny(stamp) === hash && exists(join(root, output))) return false
  await work()
  mkdirSync(folder, { recursive: true })
  writeFileSync(stamp, hash)
  return true
}

function readIfAny(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
