// Memory of the renderer while a full-size model is loaded on WebGPU, with Chromium's software adapter: its buffers are in the browser's process for the GPU,
// as those of a real one are not in the renderer either. Its times say nothing about a GPU. Called by full-size.mjs --webgpu.
import { load, pause, serveModel, withProfile } from './library-page.mjs'
import { largestRenderer, watchRenderers } from './renderer-memory.mjs'

const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']

/** One load in a browser of its own, the model being in the store already. */
async function measuredLoad(open, options) {
  const { context, page } = await open(FLAGS)
  const stop = watchRenderers()
  try {
    const { ms, provider, reason, stages } = await page.evaluate(load, options)
    await pause(2000)
    const restMib = largestRenderer().nowMib
    return { ms, provider, reason, tried: stages.includes('self-test'), restMib, peakMib: stop() }
  } finally {
    stop()
    await context.close()
  }
}

/**
 * The load that tries the GPU out where WebGPU is asked for, the next one, and the trial of `auto`, which ends in WASM on this adapter.
 *
 * @returns per load: its name, where it ended and why, ms, and the renderer's memory in MiB
 */
export async function measureWebgpu({ folder, threads }) {
  const { site, model } = await serveModel(folder)
  const inNewStore = (loads) =>
    withProfile(site, async (open) => {
      const { context, page } = await open()
      await page.evaluate(load, { model, threads, provider: 'wasm' })
      await context.close()
      const found = []
      for (const { name, provider, tries } of loads) {
        const measured = await measuredLoad(open, { model, threads, provider })
        if (measured.tried !== tries) {
          throw new Error(`${name}: the GPU was ${tries ? 'not ' : ''}tried out (${measured.reason})`)
        }
        found.push({ name, ...measured })
      }
      return found
    })
  try {
    return [
      ...(await inNewStore([
        { name: 'webgpu, tried out', provider: 'webgpu', tries: true },
        { name: 'webgpu, known', provider: 'webgpu', tries: false },
      ])),
      ...(await inNewStore([{ name: 'auto, tried out', provider: 'auto', tries: true }])),
    ]
  } finally {
    site.close()
  }
}
