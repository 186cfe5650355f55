import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

/**
 * One `dist/index.d.ts` that holds every public type, those of the engine and the protocol included: whoever installs the package needs no other one. The API report
 * of the whole workspace is made from it.
 */
export function rollUpTypes(root) {
  const require = createRequire(join(root, '../../package.json'))
  const types = join(root, 'dist/.types')
  const tsc = require.resolve('typescript/bin/tsc')
  const emitted = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
    stdio: 'inherit',
  })
  if (emitted.status !== 0) throw new Error('The declarations could not be made.')

  makeLocal(types)

  const { Extractor, ExtractorConfig } = require('@microsoft/api-extractor')
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(types, 'packages/browser/src/index.d.ts'),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'ESNext',
            moduleResolution: 'Bundler',
            target: 'ES2022',
            lib: ['ES2023', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
            types: [],
            skipLibCheck: true,
            allowImportingTsExtensions: true,
            noEmit: true,
          },
          include: [join(types, '**/*.d.ts')],
        },
      },
      apiReport: { enabled: false },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: join(root, 'dist/index.d.ts') },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'error' },
          'ae-missing-release-tag': { logLevel: 'none' },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: join(root, 'api-extractor.json'),
    packageJsonFullPath: join(root, 'package.json'),
  })
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      if (message.logLevel === 'info' || message.logLevel === 'verbose') message.handled = true
    },
  })
  if (!succeeded) throw new Error('The types could not be rolled up.')
  rmSync(types, { recursive: true })
}

/** Our own packages by their relative places: what is imported by a package's name stays an import, and nobody could resolve these. */
function makeLocal(types) {
  for (const name of readdirSync(types, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(types, name)
    let text = readFileSync(file, 'utf8')
    for (const own of ['engine', 'protocol']) {
      const path = relative(dirname(file), join(types, `packages/${own}/src/index.ts`)).replaceAll('\\', '/')
      text = text.replaceAll(`'@sensevoice-web/${own}'`, `'${path.startsWith('.') ? path : `./${path}`}'`)
    }
    writeFileSync(file, text)
  }
}
