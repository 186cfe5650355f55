import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { SpeechResult } from 'sensevoice-web'
import type { FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { LIBRARY_PAGE, libraryReady } from '../support/library-page.ts'
import { MANIFEST_PATH, startModelHost } from '../support/model-host.ts'

const CLIPS = ['en-three-one-four', 'zh-yu-yin-shi-bie', 'ja-kon-nichi-wa', 'ko-an-nyeong', 'brown-noise']
const GOLDEN = join(import.meta.dirname, '../../models/golden/audio')
const GRAPH = 'prepared-4.integer.onnx'

let server: FaultServer
test.beforeAll(async () => {
  server = await startModelHost()
  for (const name of CLIPS) server.put(`/clips/${name}.wav`, readFileSync(join(GOLDEN, `${name}.wav`)))
})
test.afterAll(() => server.stop())

test('a stored model runs prepared, with the results of the same model unprepared', async ({ page }) => {
  await page.goto(server.url(LIBRARY_PAGE))
  await libraryReady(page)
  const [embedded, first, second] = await page.evaluate(
    async ([clips, manifest]) => {
      const analyze = async (model: string): Promise<SpeechResult[]> => {
        const analyzer = await globalThis.SpeechAnalyzer.create({ model })
        const found: SpeechResult[] = []
        for (const clip of clips) {
          const { results } = await analyzer.analyze(`/clips/${clip}.wav`, { vad: false })
          found.push(...results)
        }
        await analyzer.close()
        return found
      }
      // The second load of the stored model finds what the first one prepared.
      return [await analyze('tiny'), await analyze(manifest), await analyze(manifest)] as const
    },
    [CLIPS, MANIFEST_PATH] as const,
  )
  expect(embedded.length).toBe(CLIPS.length)
  for (const prepared of [first, second]) {
    for (const [index, result] of prepared.entries()) {
      const expected = embedded[index]
      expect(result.text).toBe(expected?.text)
      expect(result.tokens.map(({ id }) => id)).toEqual(expected?.tokens.map(({ id }) => id))
      // Tags go through the same sums in the same order; a token's probability does not (see prepare-model.test.ts).
      expect(result.languageScores).toEqual(expected?.languageScores)
      expect(result.emotionScores).toEqual(expected?.emotionScores)
      expect(Math.abs(result.confidence - (expected?.confidence ?? 0))).toBeLessThan(1e-4)
    }
  }
})

test('the prepared graph is made once, kept beside the model, and removed with it', async ({ page }) => {
  await page.goto(server.url(LIBRARY_PAGE))
  await libraryReady(page)
  const load = () =>
    page.evaluate(async (model) => {
      const analyzer = await globalThis.SpeechAnalyzer.create({ model })
      await analyzer.close()
    }, MANIFEST_PATH)
  const graphs = () =>
    page.evaluate(async (name) => {
      const found: number[] = []
      const walk = async (folder: FileSystemDirectoryHandle): Promise<void> => {
        for await (const [, handle] of folder as unknown as AsyncIterable<[string, FileSystemHandle]>) {
          if (handle instanceof FileSystemDirectoryHandle) await walk(handle)
          else if (handle.name === name)
            found.push((await (handle as FileSystemFileHandle).getFile()).lastModified)
        }
      }
      await walk(await navigator.storage.getDirectory())
      return found
    }, GRAPH)
  await load()
  const made = await graphs()
  expect(made.length).toBe(1)
  await load()
  expect(await graphs()).toEqual(made)
  await page.evaluate(async () => {
    const { ModelStore } = (
      globalThis as unknown as { library: { ModelStore: { remove(id: string): Promise<number> } } }
    ).library
    await ModelStore.remove('hosted')
  })
  expect(await graphs()).toEqual([])
})
