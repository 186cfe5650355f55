// The page on a full-size model in WASM: bytes fetched, load cold and from the store, memory of the renderer, recognition of 1 to 30 s. Called by
// full-size.mjs; by itself: node bench/full-size-page.mjs FOLDER (manifest.json, model and tokens in it).
import { fileURLToPath } from 'node:url'
import { load, pause, serveModel, withProfile } from './library-page.mjs'
import { median } from './median.mjs'
import { largestRenderer } from './renderer-memory.mjs'

/** In the page: recognizes `seconds`, `rounds` times. */
async function recognize({ seconds, rounds, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const all = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
  const times = []
  for (let round = 0; round < rounds; round += 1) {
    const { results } = await globalThis.analyzer.analyze(all.subarray(0, seconds * 16_000), {
      sampleRate: 16_000,
      vad: false,
    })
    times.push(results[0].timings.totalMs)
  }
  return times
}

/**
 * @param samples Int16Array, 16 kHz, as long as the longest of `lengths`
 * @returns where it computed, times of load and recognition in ms, memory in MiB
 */
export async function measurePage({ folder, samples, lengths, threads, rounds }) {
  const { site, model } = await serveModel(folder)
  const base64 = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64')
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
    const times = {}
    for (const seconds of lengths) {
      times[seconds] = median(await warm.page.evaluate(recognize, { seconds, rounds, base64 }))
    }
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
