import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of its own for files of a test. */
export class TemporaryFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'sensevoice-test-'))

  /** @returns the path of the new file */
  file(name: string, contents: Uint8Array | string): string {
    const path = join(this.folder, name)
    writeFileSync(path, contents)
    return path
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
