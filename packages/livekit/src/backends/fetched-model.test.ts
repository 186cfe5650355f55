import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { initializeLogger } from '@livekit/agents'
import { DEFAULT_MODEL_DIR } from '@sensevoice-web/server'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { TemporaryFolder } from '../../../onnx/src/test-data/temporary-folder.ts'
import { createSttFromEnv } from '../create-stt-from-env.ts'
import { frames, spoken } from '../test-data/sound.ts'
import { fetchedModel } from './fetched-model.ts'
import { loadedModels, prewarmLocal } from './local.ts'

initializeLogger({ pretty: false, level: 'silent' })

const home = new TemporaryFolder()
let server: Server
let asked: string[] = []
let manifest: string

beforeAll(async () => {
  vi.stubEnv('SENSEVOICE_HOME', home.folder)
  server = createServer(async (request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://localhost').pathname)
    asked.push(name)
    const bytes = await readFile(join(DEFAULT_MODEL_DIR, name)).catch(() => undefined)
    if (bytes === undefined) response.writeHead(404).end()
    else response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  manifest = `http://127.0.0.1:${(server.address() as AddressInfo).port}/manifest.json`
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.close()
  home.remove()
})
beforeEach(() => {
  asked = []
})

test('a model that is not here is fetched once, by however many ask for it, and never again', async () => {
  const folders = await Promise.all([fetchedModel(manifest), fetchedModel(manifest)])
  expect(new Set(folders).size).toBe(1)
  expect(folders[0]).toContain(home.folder)
  expect(asked.filter((name) => name.endsWith('.onnx'))).toHaveLength(1)
  asked = []
  expect(await fetchedModel(manifest)).toBe(folders[0])
  expect(asked).toEqual([])
})

test('the environment names a model by its address: the first run fetches it, and hears', async () => {
  const stt = createSttFromEnv({ env: { SENSEVOICE_MODEL_DIR: manifest } })
  const event = await stt.recognize(frames(spoken('en-three-one-four')))
  expect(event.alternatives?.[0].text).toMatch(/3 1 4/)
  await stt.close()
  expect(loadedModels()).toBe(0)
})

test('a folder is itself; what nobody knows, and what is not there, is said', async () => {
  expect(await fetchedModel(DEFAULT_MODEL_DIR)).toBe(DEFAULT_MODEL_DIR)
  await expect(fetchedModel('sensevoice-enormous')).rejects.toMatchObject({ code: 'model-not-found' })
  const gone = manifest.replace('manifest.json', 'gone.json')
  await expect(prewarmLocal({ model: gone })).rejects.toMatchObject({ name: 'SpeechError' })
  expect(loadedModels()).toBe(0)
})
