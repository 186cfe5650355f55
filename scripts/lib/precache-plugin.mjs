import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const WORKER = 'service-worker.js'
/** For visitors with a GPU only. The clip is not among them: it is small, and a new version of the page would drop it from what was kept. */
const LATER = /jspi|gpu-recognizer/

/** Tells the built service worker what was built: it can only be written when everything else is. */
export function precachePlugin() {
  let outDir = ''
  return {
    name: 'precache',
    apply: 'build',
    configResolved(config) {
      outDir = join(config.root, config.build.outDir)
    },
    closeBundle() {
      const paths = filesUnder(outDir)
        .map((path) => relative(outDir, path).replaceAll('\\', '/'))
        .filter((path) => path !== WORKER)
        .sort()
      const hash = createHash('sha256')
      for (const path of paths) hash.update(path).update(readFileSync(join(outDir, path)))
      const code = readFileSync(join(outDir, WORKER), 'utf8')
      // The worker's own code is a part of the version too.
      const version = hash.update(code).digest('hex').slice(0, 16)
      const files = paths.filter((path) => !LATER.test(path))
      const later = paths.filter((path) => LATER.test(path))
      const precache = JSON.stringify({ version, files, later })
      writeFileSync(join(outDir, WORKER), `const __PRECACHE__ = ${precache}\n${code}`)
    },
  }
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}
