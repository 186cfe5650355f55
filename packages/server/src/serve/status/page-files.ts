import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the build puts the page; the same from `src/serve/status` and `dist/serve/status`. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../../dist/status/', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
}

/** The files of the built page by their path, such as `assets/index-1a2b.js`: only what lay there at the start can be asked for. */
export class PageFiles {
  readonly #files = new Map<string, PageFile>()

  constructor(folder: string = PAGE_FOLDER) {
    for (const path of filesUnder(folder)) {
      const type = TYPES[extname(path)]
      if (type !== undefined) this.#files.set(path, { type, bytes: readFileSync(join(folder, path)) })
    }
  }

  get(path: string): PageFile | undefined {
    return this.#files.get(path)
  }
}

function filesUnder(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map((path) => String(path).replaceAll('\\', '/'))
  } catch {
    // A checkout whose page was never built; the routes say so.
    return []
  }
}
