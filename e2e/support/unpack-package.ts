import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Packs a workspace package as npm would publish it and unpacks it into an app's node_modules; no registry is asked. */
export function unpackPackage(app: string, folder: string, name: string): void {
  const work = mkdtempSync(join(tmpdir(), 'sensevoice-pack-'))
  execFileSync('npm', ['pack', '--silent', '--pack-destination', work], { cwd: folder, stdio: 'ignore' })
  const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'))
  execFileSync('tar', ['-xzf', tarball ?? ''], { cwd: work })
  const target = join(app, 'node_modules', name)
  mkdirSync(dirname(target), { recursive: true })
  renameSync(join(work, 'package'), target)
  rmSync(work, { recursive: true, force: true })
}
