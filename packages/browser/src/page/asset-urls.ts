import type { AssetUrls } from '../api/options.ts'

/**
 * The library's own files beside its `index.js`. Each is a literal URL relative to `import.meta.url`: the one form that browsers resolve
 * by themselves and that bundlers (Vite, webpack, Parcel) turn into an emitted, untouched file. Inside a `new Worker(…)` it would be
 * bundled again instead. The tokens of the tiny model are a small file: `no-inline` keeps Vite from turning it into a `data:` URL, which a strict
 * CSP blocks.
 */
function ownFiles(): AssetUrls {
  return {
    listenerWorker: new URL('./workers/listener.worker.js', import.meta.url),
    recognizerWorker: new URL('./workers/recognizer.worker.js', import.meta.url),
    gpuRecognizerWorker: new URL('./workers/gpu-recognizer.worker.js', import.meta.url),
    captureWorklet: new URL('./worklet/capture.worklet.js', import.meta.url),
    wasm: new URL('./wasm/ort-wasm-simd-threaded.wasm', import.meta.url),
    wasmGlue: new URL('./wasm/ort-wasm-simd-threaded.mjs', import.meta.url),
    jspiWasm: new URL('./wasm/ort-wasm-simd-threaded.jspi.wasm', import.meta.url),
    jspiGlue: new URL('./wasm/ort-wasm-simd-threaded.jspi.mjs', import.meta.url),
    selfTest: new URL('./models/self-test.wav', import.meta.url),
    vadModel: new URL('./models/silero_vad_v6.onnx', import.meta.url),
    tinyManifest: new URL('./models/tiny/manifest.json', import.meta.url),
    tinyModel: new URL('./models/tiny/model.int8.onnx', import.meta.url),
    tinyTokens: new URL('./models/tiny/tokens.txt?no-inline', import.meta.url),
  }
}

export type ResolvedAssets = Readonly<Record<keyof AssetUrls, string>>

/** @param overrides relative ones are taken from `baseUrl`, as a page's own addresses are */
export function resolveAssets(overrides: Partial<AssetUrls> = {}, baseUrl: string): ResolvedAssets {
  const resolved: Record<string, string> = {}
  for (const [name, url] of Object.entries({ ...ownFiles(), ...overrides })) {
    resolved[name] = new URL(url, baseUrl).href
  }
  return resolved as ResolvedAssets
}
