// The page on a full-size model in WASM: bytes fetched, load cold and from the store, memory of the renderer, recognition of 1 to 30 s. Called by
// full-size.mjs; by itself: node bench/full-size-page.mjs FOLDER (manifest.json, model and tokens in it).
import { fileURLToPath } from 'node:url'
import { load, pause, serveModel, timesByLength, withProfile } from './library-page.mjs'
import { largestRenderer } from './renderer-memory.mjs'

/** In the page: what `timesByLength` asks. */
function setRecognize() {
  globalThis.recognizeMs = async (samples) => {
    const { results } = await globalThis.analyzer.analyze(samples, { sampleRate: 16_000, vad: false })
    return results[0].timings.totalMs
  }
}

/**
 * @param samples Int16Array, 16 kHz, as long as the longest of `lengths`
 * @returns where it computed, times of load and recognition in ms, memory in MiB
 */
export async function measurePage({ folder, samples, lengths, threads, rounds }) {
  const { site, model } = await serveModel(folder)
  const measure = async (open) => {
    const options = { model, threads, provider: 'wasm' }
    const cold = await open()
    const before = site.sentBytes()
    const { ms: coldMs } = await cold.page.evaluate(load, options)
    const bytes = site.sentBytes() - before
    await cold.context.close()
    const warm = await open()
    const { ms: cachedMs, provider } = await warm.page.evaluate(load, options)
    await pause(2000)
    const atRest = largestRenderer()
    await warm.page.evaluate(setRecognize)
    const times = await timesByLength(warm.page, { samples, lengths, rounds })
    const after = largestRenderer()
    await warm.context.close()
    return {
      threads,
      provider,
      bytes,
      coldMs,
      cachedMs,
      loadPeakMib: atRest.peakMib,
      restMib: atRest.nowMib,
      runPeakMib: after.peakMib,
      times,
    }
  }
  try {
    return await withProfile(site, measure)
  } finally {
    site.close()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const samples = Int16Array.from(
    { length: 30 * 16_000 },
    (_, i) => 6000 * Math.sin(i * 0.05) * Math.sin(i * 0.0007),
  )
  const [folder] = process.argv.slice(2)
  console.log(
    JSON.stringify(await measurePage({ folder, samples, lengths: [1, 5], threads: 1, rounds: 2 }), null, 1),
  )
}
