import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

/** Files that the package ships as they are, from the packages they come from. */
export function copyAssets(root) {
  const require = createRequire(join(root, 'package.json'))
  const ort = dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))
  const vad = dirname(require.resolve('@ricky0123/vad-web'))
  const tiny = resolve(process.env.SENSEVOICE_TINY_MODEL ?? join(root, '../../models/tiny'))
  const copies = [
    [join(ort, 'ort-wasm-simd-threaded.wasm'), 'wasm/ort-wasm-simd-threaded.wasm'],
    [join(ort, 'ort-wasm-simd-threaded.mjs'), 'wasm/ort-wasm-simd-threaded.mjs'],
    [join(ort, 'ort-wasm-simd-threaded.jspi.wasm'), 'wasm/ort-wasm-simd-threaded.jspi.wasm'],
    [join(ort, 'ort-wasm-simd-threaded.jspi.mjs'), 'wasm/ort-wasm-simd-threaded.jspi.mjs'],
    [join(root, '../../models/golden/audio/en-hello.wav'), 'models/self-test.wav'],
    [join(vad, 'silero_vad_v6.onnx'), 'models/silero_vad_v6.onnx'],
    ...['manifest.json', 'model.int8.onnx', 'tokens.txt'].map((name) => [
      join(tiny, name),
      `models/tiny/${name}`,
    ]),
  ]
  const onnx = createRequire(join(root, '../onnx/package.json'))
  copies.push(
    [packageFile(require, 'comlink', 'LICENSE'), 'licenses/comlink.txt'],
    [packageFile(onnx, 'pbf', 'LICENSE'), 'licenses/pbf.txt'],
  )
  for (const [from, to] of copies) {
    const target = join(root, 'dist', to)
    mkdirSync(dirname(target), { recursive: true })
    cpSync(from, target)
  }
  checkVad(root)
}

/** A file in the root of an installed package, whatever its `exports` let through. */
function packageFile(require, name, file) {
  const folder = require.resolve
    .paths(name)
    .map((path) => join(path, name))
    .find((path) => existsSync(path))
  if (folder === undefined) throw new Error(`${name} is not installed`)
  return join(folder, file)
}

/** The listener refuses any other file: better to know at build time. */
function checkVad(root) {
  const expected = /sha256: '([0-9a-f]{64})'/.exec(
    readFileSync(join(root, 'src/workers/listener/silero-file.ts'), 'utf8'),
  )?.[1]
  const file = readFileSync(join(root, 'dist/models/silero_vad_v6.onnx'))
  const actual = createHash('sha256').update(file).digest('hex')
  if (actual !== expected)
    throw new Error(`silero_vad_v6.onnx has SHA-256 ${actual}, silero-file.ts says ${expected}`)
}
