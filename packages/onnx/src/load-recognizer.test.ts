import { performance } from 'node:perf_hooks'
import { recognizerContract } from '@sensevoice-web/engine/testing'
import * as runtime from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { loadRecognizer } from './load-recognizer.ts'
import { goldenClip } from './test-data/files.ts'
import { SMALL_TOKENS, smallFunasrModel, smallManifest, smallSherpaModel } from './test-data/small-model.ts'

const common = { runtime, executionProvider: 'cpu', clock: () => performance.now() } as const

recognizerContract(
  { test, expect },
  {
    create: async () =>
      (await loadRecognizer({ ...common, model: smallSherpaModel(), tokens: SMALL_TOKENS })).recognizer,
    speech: goldenClip('en-three-one-four'),
  },
)

test('gives the same result by the metadata as by a manifest, in either export', async () => {
  const segment = { id: 0, samples: goldenClip('en-hello'), startSamples: 0 }
  const funasr = smallFunasrModel()
  const loaded = await Promise.all([
    loadRecognizer({ ...common, model: smallSherpaModel(), tokens: SMALL_TOKENS }),
    loadRecognizer({
      ...common,
      model: funasr,
      tokens: SMALL_TOKENS,
      manifest: smallManifest(funasr, 'funasr'),
    }),
  ])
  const [first, second] = await Promise.all(loaded.map(({ recognizer }) => recognizer.recognize(segment)))
  expect({ ...first, timings: undefined }).toEqual({ ...second, timings: undefined })
  for (const { recognizer, warmUpMs } of loaded) {
    expect(warmUpMs).toBeGreaterThan(0)
    await recognizer.dispose()
  }
})

test('refuses tokens of another model', async () => {
  const tokens = `${SMALL_TOKENS}more ${SMALL_TOKENS.split('\n').length - 1}\n`
  await expect(loadRecognizer({ ...common, model: smallSherpaModel(), tokens })).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringMatching(/token list has \d+ tokens, the model \d+/),
  })
})

test('refuses a vocabulary without emotion tags and names what is missing', async () => {
  const tokens = SMALL_TOKENS.replace('<|HAPPY|>', 'happy')
  await expect(loadRecognizer({ ...common, model: smallSherpaModel(), tokens })).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('<|HAPPY|>'),
  })
})

test('asks for a manifest where the model carries no metadata', async () => {
  const answer = loadRecognizer({ ...common, model: smallFunasrModel(), tokens: SMALL_TOKENS })
  await expect(answer).rejects.toMatchObject({
    code: 'model-unsupported',
    hint: expect.stringContaining('manifest.json'),
  })
})
