import type { env } from 'onnxruntime-web/wasm'
import type { RuntimeAssets } from '../wire/listener-api.ts'
import { download, drain, type OnBytes, openDownload } from './download.ts'

/** The settings of one entry of onnxruntime-web. */
export type RuntimeSettings = typeof env

const WHAT = 'the WASM runtime'

/**
 * Points onnxruntime at its two files and fetches the binary, so that its bytes can be told; nothing is compiled before the first session.
 * Can be done once a realm.
 */
export async function startRuntime(
  env: RuntimeSettings,
  assets: RuntimeAssets,
  threads: number,
  onBytes: OnBytes = () => {},
): Promise<void> {
  env.logLevel = 'error'
  env.wasm.numThreads = threads
  env.wasm.proxy = false
  env.wasm.wasmPaths = { mjs: assets.wasmGlue, wasm: assets.wasm }
  const response = await openDownload(assets.wasm, WHAT)
  if (/^application\/wasm\b/i.test(response.headers.get('content-type') ?? '')) {
    const counted = response.clone()
    handOver(assets.wasm, response)
    await drain(counted, WHAT, onBytes)
  } else {
    // Browsers compile from a stream only what is called WASM.
    await response.body?.cancel()
    env.wasm.wasmBinary = await download(assets.wasm, WHAT, onBytes)
  }
}

/** After the first session: the compiled module lives on without its 14 MB of source. */
export function forgetBinary(env: RuntimeSettings): void {
  delete env.wasm.wasmBinary
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
