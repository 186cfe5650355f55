import { type OnnxRuntime, startOnnxRuntime } from '@sensevoice-web/onnx'
import type { env } from 'onnxruntime-web/wasm'
import type { RuntimeAssets } from '../wire/listener-api.ts'
import { download, drain, type OnBytes, openDownload } from './download.ts'

/** An entry of onnxruntime-web: a worker loads exactly one. */
export interface RuntimeModule extends OnnxRuntime {
  readonly env: typeof env
}

const WHAT = 'the WASM runtime'

/**
 * Points onnxruntime at its two files, fetches the binary, so that its bytes can be told, and has it compiled and its threads started. Can be
 * done once a realm.
 */
export async function startRuntime(
  runtime: RuntimeModule,
  assets: RuntimeAssets,
  threads: number,
  onBytes: OnBytes = () => {},
): Promise<void> {
  const { env } = runtime
  env.logLevel = 'error'
  env.wasm.numThreads = threads
  env.wasm.proxy = false
  env.wasm.wasmPaths = { mjs: assets.wasmGlue, wasm: assets.wasm }
  const response = await openDownload(assets.wasm, WHAT)
  if (/^application\/wasm\b/i.test(response.headers.get('content-type') ?? '')) {
    const counted = response.clone()
    handOver(assets.wasm, response)
    await Promise.all([drain(counted, WHAT, onBytes), startOnnxRuntime(runtime)])
  } else {
    // Browsers compile from a stream only what is called WASM.
    await response.body?.cancel()
    env.wasm.wasmBinary = await download(assets.wasm, WHAT, onBytes)
    await startOnnxRuntime(runtime)
    // The compiled module lives on without its 14 MB of source.
    delete env.wasm.wasmBinary
  }
}

/**
 * Lets onnxruntime's own fetch of `url`, the next one there is, have `response`. Browsers keep the machine code of a module only where it is compiled
 * from the very answer of a server: from bytes, each load compiles 14 MB again and begins with the slow code, half a second for a full-size
 * model.
 */
function handOver(url: string, response: Response): void {
  const { fetch } = globalThis
  globalThis.fetch = (input, init) => {
    if (String(input) !== url) return fetch(input, init)
    globalThis.fetch = fetch
    return Promise.resolve(response)
  }
}
