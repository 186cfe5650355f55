import { readFileSync } from 'node:fs'
import { build, createLogger } from 'vite'

/**
 * One build per file. Workers and worklet are single self-contained files: a host's bundler treats them as opaque assets, so nothing
 * in them may be a relative import.
 */
const ENTRIES = [
  { source: 'src/index.ts', file: 'index.js' },
  { source: 'src/workers/listener/listener.worker.ts', file: 'workers/listener.worker.js' },
  { source: 'src/workers/recognizer/recognizer.worker.ts', file: 'workers/recognizer.worker.js' },
  {
    source: 'src/workers/recognizer/gpu-recognizer.worker.ts',
    file: 'workers/gpu-recognizer.worker.js',
  },
  { source: 'src/worklet/capture.worklet.ts', file: 'worklet/capture.worklet.js' },
]

export async function bundle(root) {
  for (const { source, file } of ENTRIES) {
    await build({
      configFile: false,
      root,
      logLevel: 'warn',
      customLogger: quietLogger(),
      plugins: [keepAssetAddresses()],
      // ORT without its inlined glue: the glue is passed by URL, so that its threads start from a file and not from a blob.
      resolve: {
        conditions: [
          'sensevoice-source',
          'onnxruntime-web-use-extern-wasm',
          'module',
          'browser',
          'import',
          'default',
        ],
      },
      build: {
        outDir: `${root}dist`,
        emptyOutDir: false,
        copyPublicDir: false,
        target: 'es2022',
        sourcemap: false,
        reportCompressedSize: false,
        minify: file.startsWith('workers/') ? 'oxc' : false,
        lib: { entry: root + source, formats: ['es'], fileName: () => file },
        rolldownOptions: { output: { codeSplitting: false, banner: licence(root) } },
      },
    })
  }
}

/** Every file may travel alone; it also lifts the worklet over the size below which Vite turns assets into `data:` URLs. */
function licence(root) {
  return `/*!\n${readFileSync(`${root}../../LICENSE`, 'utf8').trim()}\n*/`
}

/** Vite marks addresses that it could not resolve as `'' + import.meta.url`, which hides them from the host's bundler. */
function keepAssetAddresses() {
  return {
    name: 'keep-asset-addresses',
    renderChunk: (code) => ({ code: code.replaceAll('"" + import.meta.url', 'import.meta.url'), map: null }),
  }
}

/** Asset addresses in the page's module point into `dist`, which Vite cannot see from `src`: they stay as they are, which is what we want. */
function quietLogger() {
  const logger = createLogger('warn')
  const say = (print) => (message, options) => {
    if (!/doesn't exist at build time/.test(message)) print(message, options)
  }
  return { ...logger, warn: say(logger.warn), warnOnce: say(logger.warnOnce) }
}
