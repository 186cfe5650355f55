import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TOOLS = ['make', 'cc', 'nm', 'objdump']

/** Why the C client cannot be compiled and checked on this machine; undefined when it can. */
export function whyNoCompiler(): string | undefined {
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error !== undefined)
  if (missing.length > 0) return `there is no ${missing.join(', no ')}`
  const folder = mkdtempSync(join(tmpdir(), 'sensevoice-c-'))
  try {
    const program = ['-x', 'c', '-', '-fsanitize=address,undefined', '-o', join(folder, 'probe')]
    const { status } = spawnSync('cc', program, { input: 'int main(void) { return 0; }' })
    return status === 0 ? undefined : 'cc has no address sanitizer'
  } finally {
    rmSync(folder, { recursive: true })
  }
}
