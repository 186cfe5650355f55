import type { env } from 'onnxruntime-web/wasm'
import type { RuntimeAssets } from '../wire/listener-api.ts'
import { download, type OnBytes } from './download.ts'

/** The settings of one entry of onnxruntime-web. */
export type RuntimeSettings = typeof env

/**
 * Points onnxruntime at its two files and gives it the binary, fetched here so that its bytes can be told; nothing is compiled before the
 * first session. Can be done once a realm.
 */
export async function startRuntime(
  env: RuntimeSettings,
  assets: RuntimeAssets,
  threads: number,
  onBytes?: OnBytes,
): Promise<void> {
  env.logLevel = 'error'
  env.wasm.numThreads = threads
  env.wasm.proxy = false
  env.wasm.wasmPaths = { mjs: assets.wasmGlue, wasm: assets.wasm }
  env.wasm.wasmBinary = await download(assets.wasm, 'the WASM runtime', onBytes)
}

/** After the first session: the compiled module lives on without its 14 MB of source. */
export function forgetBinary(env: RuntimeSettings): void {
  delete env.wasm.wasmBinary
}
