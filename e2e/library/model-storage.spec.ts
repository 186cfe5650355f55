import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { build, type Rolldown } from 'vite'
import { LIBRARY_PAGE, libraryReady } from '../support/library-page.ts'
import { startModelHost } from '../support/model-host.ts'

const WORKER = fileURLToPath(
  new URL('../../packages/browser/src/workers/test-data/storage-contract.worker.ts', import.meta.url),
)

/** The worker with everything it imports, from the sources. */
async function bundled(): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['sensevoice-source', 'module', 'browser', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: {
        entry: WORKER,
        formats: ['es'],
      },
    },
  })) as Rolldown.RolldownOutput[]
  return result[0]?.output[0].code ?? ''
}

test('both storages of the browser keep the contract', async ({ page }) => {
  const server = await startModelHost()
  try {
    server.put('/fixtures/storage-contract.worker.js', new TextEncoder().encode(await bundled()))
    await page.goto(server.url(LIBRARY_PAGE))
    await libraryReady(page)
    const outcomes = await page.evaluate(
      () =>
        new Promise<string[]>((resolve, reject) => {
          const worker = new Worker('/fixtures/storage-contract.worker.js', { type: 'module' })
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => reject(new Error(message))
        }),
    )
    expect(outcomes.filter((outcome) => !outcome.startsWith('ok '))).toEqual([])
    expect(outcomes).toHaveLength(26)
  } finally {
    await server.stop()
  }
})
