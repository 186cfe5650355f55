// The npm package sherpa-onnx on a full-size model in a page: recognition of 1 to 30 s in the browser that runs ours. Called by full-size.mjs.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withProfile } from './library-page.mjs'
import { median } from './median.mjs'
import { serveFolders } from './serve-folders.mjs'
import { sherpaConfig } from './sherpa-config.mjs'

const require = createRequire(import.meta.url)

/** In the page: recognizes `seconds`, `rounds` times. */
async function recognize({ seconds, rounds, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const samples = Float32Array.from(new Int16Array(bytes.buffer), (value) => value / 32_768)
  const times = []
  for (let round = 0; round < rounds; round += 1) {
    const { ms } = await globalThis.sherpa({
      type: 'recognize',
      samples: samples.subarray(0, seconds * 16_000),
    })
    times.push(ms)
  }
  return times
}

/**
 * @param samples Int16Array, 16 kHz, as long as the longest of `lengths`
 * @returns times of load (the files being in memory) and of recognition in ms; it has one thread
 */
export async function measureSherpaPage({ folder, samples, lengths, rounds }) {
  const site = await serveFolders({
    '/sherpa-onnx/': dirname(require.resolve('sherpa-onnx')),
    '/page/': fileURLToPath(new URL('./sherpa-page', import.meta.url)),
    '/model/': folder,
  })
  const base64 = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64')
  const measure = async (open) => {
    const { context, page } = await open()
    const load = (config) => globalThis.sherpa({ type: 'load', config })
    const { ms: loadMs } = await page.evaluate(load, sherpaConfig('/model'))
    await page.evaluate(recognize, { seconds: 1, rounds: 1, base64 })
    const times = {}
    for (const seconds of lengths) {
      times[seconds] = median(await page.evaluate(recognize, { seconds, rounds, base64 }))
    }
    await context.close()
    return { loadMs, times }
  }
  try {
    return await withProfile(site, measure, '/page/sherpa.html')
  } finally {
    site.close()
  }
}
