import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { findTags, parseVocabulary, readManifest } from '../../packages/engine/src/index.ts'
import { memorySource, prepareModel } from '../../packages/onnx/src/prepare/index.ts'
import { FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { executable, QUIET_FLAGS } from '../support/microphone.ts'
import { MODEL, TOKENS } from '../support/model-host.ts'

const FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan']
test.use({ launchOptions: { ...executable(), args: [...QUIET_FLAGS, ...FLAGS] } })

const ROOT = join(import.meta.dirname, '../../')
const ORT = dirname(
  createRequire(join(ROOT, 'packages/browser/package.json')).resolve(
    'onnxruntime-web/ort-wasm-simd-threaded.wasm',
  ),
)

let server: FaultServer
test.beforeAll(async () => {
  server = await FaultServer.start()
  for (const name of [
    'ort.jspi.min.mjs',
    'ort-wasm-simd-threaded.jspi.mjs',
    'ort-wasm-simd-threaded.jspi.wasm',
  ]) {
    server.put(`/ort/${name}`, readFileSync(join(ORT, name)))
  }
  server.put('/page.html', new TextEncoder().encode('<!doctype html><title>Placement</title>'))
  const manifest = readManifest(JSON.parse(readFileSync(join(ROOT, 'models/tiny/manifest.json'), 'utf8')))
  const weights: Uint8Array[] = []
  const { graph } = await prepareModel(memorySource(MODEL), {
    rewrite: 'blocked',
    tags: findTags(parseVocabulary(TOKENS.toString()), manifest.languages),
    storedName: 'model',
    rewrittenName: 'blocked',
    write: async (bytes) => void weights.push(bytes.slice()),
  })
  server.put('/graph.onnx', graph)
  server.put('/published.onnx', MODEL)
  server.put('/blocked.weights', Buffer.concat(weights))
})
test.afterAll(() => server.stop())

/** Builds a session and returns what onnxruntime logs of where its nodes went, or why there is no session. */
async function placement(page: import('@playwright/test').Page, graph: string, external: readonly string[]) {
  const lines: string[] = []
  page.on('console', (message) => lines.push(message.text()))
  await page.goto(server.url('/page.html'))
  const failure = await page.evaluate(
    async ([graphUrl, files, origin]) => {
      const { env, InferenceSession } = await import(/* @vite-ignore */ `${origin}/ort/ort.jspi.min.mjs`)
      env.wasm.wasmPaths = `${origin}/ort/`
      env.wasm.numThreads = 1
      env.logLevel = 'verbose'
      const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())
      const externalData = []
      for (const file of files) {
        const [path, url] = file.split('=') as [string, string]
        externalData.push({ path, data: await (await fetch(url)).blob() })
      }
      try {
        const session = await InferenceSession.create(await bytes(graphUrl), {
          executionProviders: ['webgpu'],
          graphOptimizationLevel: 'disabled',
          logSeverityLevel: 0,
          extra: { session: { disable_cpu_ep_fallback: '1' } },
          externalData,
        })
        await session.release()
        return undefined
      } catch (error) {
        return String(error)
      }
    },
    [graph, external, server.url('').replace(/\/$/, '')] as const,
  )
  return { failure, placed: lines.filter((line) => /placed on/i.test(line)) }
}

test('every node of the prepared graph is placed on WebGPU', async ({ page }) => {
  const { failure, placed } = await placement(page, '/graph.onnx', [
    'model=/published.onnx',
    'blocked=/blocked.weights',
  ])
  expect(failure).toBeUndefined()
  expect(placed.length).toBe(1)
  expect(placed[0]).toMatch(/All nodes placed on \[WebGpuExecutionProvider\]\. Number of nodes: \d{3}/)
})

test('the published graph would fall back to the processor, and is refused for it', async ({ page }) => {
  const { failure } = await placement(page, '/published.onnx', [])
  expect(failure).toMatch(/fallback to CPU EP has been explicitly disabled/)
})
