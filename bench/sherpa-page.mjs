// The npm package sherpa-onnx on a full-size model in a page: recognition of 1 to 30 s in the browser that runs ours. Called by full-size.mjs.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { timesByLength, withProfile } from './library-page.mjs'
import { serveFolders } from './serve-folders.mjs'
import { sherpaConfig } from './sherpa-config.mjs'

const require = createRequire(import.meta.url)

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
  const measure = async (open) => {
    const { context, page } = await open()
    const load = (config) => globalThis.sherpa({ type: 'load', config })
    const { ms: loadMs } = await page.evaluate(load, sherpaConfig('/model'))
    await timesByLength(page, { samples, lengths: [1], rounds: 1 })
    const times = await timesByLength(page, { samples, lengths, rounds })
    await context.close()
    return { loadMs, times }
  }
  try {
    return await withProfile(site, measure, '/page/sherpa.html')
  } finally {
    site.close()
  }
}
