// The two reports that live in git: every package's public API (packages/*/etc/*.api.md) and what a page downloads (docs/size-report.md).
// Without arguments they are rewritten; with --check a difference fails, so that a change of either is seen in review.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { root } from './lib/run.mjs'

const check = process.argv.includes('--check')
let faults = 0

function apiReport(folder) {
  const packageFolder = join(root, 'packages', folder)
  const entry = join(packageFolder, 'dist/index.d.ts')
  const { name } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  const reportFolder = join(packageFolder, 'etc')
  mkdirSync(reportFolder, { recursive: true })
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: entry,
      compiler: { tsconfigFilePath: join(packageFolder, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFolder,
        reportFileName: `${name.replace('@', '').replace('/', '-')}.api.md`,
        reportTempFolder: join(root, 'node_modules/.cache/sensevoice/api'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: join(packageFolder, 'api-extractor.json'),
    packageJsonFullPath: join(packageFolder, 'package.json'),
  })
  const result = Extractor.invoke(config, {
    localBuild: !check,
    showVerboseMessages: false,
    messageCallback: (message) => {
      message.handled = message.logLevel === 'info' || message.logLevel === 'verbose'
    },
  })
  if (check && result.apiReportChanged) {
    console.error(
      `The public API of ${name} is not the one in ${relative(root, config.reportFilePath)}: run "npm run reports" and commit it.`,
    )
    faults += 1
  }
}

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name.localeCompare(b.name),
  )) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesUnder(path)
    else if (!/\.(d\.ts|map|tsbuildinfo)$/.test(entry.name)) yield path
  }
}

function sizeReport() {
  const dist = join(root, 'packages/browser/dist')
  const rows = [...filesUnder(dist)].map((file) => {
    const bytes = readFileSync(file)
    return {
      file: relative(dist, file).replaceAll('\\', '/'),
      raw: bytes.length,
      gzip: gzipSync(bytes, { level: 9 }).length,
    }
  })
  const total = rows.reduce(
    (sum, row) => ({ file: 'all', raw: sum.raw + row.raw, gzip: sum.gzip + row.gzip }),
    { raw: 0, gzip: 0 },
  )
  const kib = (bytes) => (bytes / 1024).toFixed(1)
  const lines = [...rows, total].map((row) => `| ${row.file} | ${kib(row.raw)} | ${kib(row.gzip)} |`)
  const text = `# What a page downloads\n\nFiles of the npm package \`sensevoice-web\`, written by \`npm run reports\`.\n\n| file | KiB | KiB gzip |\n|---|---|---|\n${lines.join('\n')}\n`
  const path = join(root, 'docs/size-report.md')
  if (!check) writeFileSync(path, text)
  else compareSizes(existsSync(path) ? readFileSync(path, 'utf8') : '', text)
}

/** Raw sizes may differ by 2 %: bundlers name things a little differently from machine to machine. */
function compareSizes(committed, fresh) {
  const read = (text) =>
    new Map([...text.matchAll(/^\| ([^|]+) \| ([\d.]+) \|/gm)].map(([, file, size]) => [file, Number(size)]))
  const before = read(committed)
  const after = read(fresh)
  for (const file of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(file), after.get(file)]
    if (was !== undefined && is !== undefined && Math.abs(is - was) <= Math.max(1, was * 0.02)) continue
    console.error(
      `docs/size-report.md: ${file} was ${was ?? 'absent'} KiB and is ${is ?? 'absent'} KiB: run "npm run reports" and commit it.`,
    )
    faults += 1
  }
}

for (const folder of readdirSync(join(root, 'packages'))) apiReport(folder)
sizeReport()
process.exit(faults === 0 ? 0 : 1)
