import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Below this size Vite turns an asset into a `data:` URL, which a strict CSP blocks. */
const INLINE_LIMIT_BYTES = 4096
/** Files beside index.js that it has to name, see asset-urls.ts. */
const ASSETS = 13
/** The one small asset: its address carries `?no-inline`, see asset-urls.ts. */
const MARKED_NO_INLINE = 'models/tiny/tokens.txt'

/** What a host's bundler and policy rely on; throws naming every breach. */
export function checkPackage(root) {
  const dist = join(root, 'dist')
  const faults = []
  const index = readFileSync(join(dist, 'index.js'), 'utf8')
  const addresses = [
    ...index.matchAll(/new URL\(\s*["']\.\/([^"'?]+)(\?[^"']*)?["'],\s*import\.meta\.url\)/g),
  ]
  if (addresses.length !== ASSETS)
    faults.push(`index.js names ${addresses.length} assets literally instead of ${ASSETS}`)
  for (const [, path, query] of addresses) {
    const bytes = statSync(join(dist, path), { throwIfNoEntry: false })?.size
    if (bytes === undefined) faults.push(`index.js names ${path}, which is not in dist`)
    else if (bytes <= INLINE_LIMIT_BYTES && (path !== MARKED_NO_INLINE || query !== '?no-inline')) {
      faults.push(`${path} has ${bytes} bytes: Vite would inline it as a data: URL`)
    }
  }
  for (const path of ['index.js', ...scripts(dist, 'workers'), ...scripts(dist, 'worklet')]) {
    const code = readFileSync(join(dist, path), 'utf8')
    const imported = /(?:^|[;\n}])\s*(?:import|export)\s*(?:[\w*{][^;'"()]*from\s*)?["'][^"']+["']/.exec(
      code,
    )?.[0]
    if (imported) faults.push(`${path} imports another file: ${imported.trim().slice(0, 80)}`)
    if (/https?:\/\/(?!localhost|www\.w3\.org)[\w.-]*(?:cdn|jsdelivr|unpkg)/.test(code))
      faults.push(`${path} names a CDN`)
  }
  const types = readFileSync(join(dist, 'index.d.ts'), 'utf8')
  const foreign = /from ['"]([^'"]+)['"]/.exec(types)?.[1]
  if (foreign) faults.push(`index.d.ts needs the types of ${foreign}, which hosts do not install`)
  if (faults.length > 0) throw new Error(`The package is not as hosts need it:\n  ${faults.join('\n  ')}`)
}

function scripts(dist, folder) {
  return readdirSync(join(dist, folder)).map((name) => `${folder}/${name}`)
}
