import { findTags, Vocabulary } from '@sensevoice-web/engine'
import { acousticModelContract, noise } from '@sensevoice-web/engine/testing'
import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { vadModel } from '../test-data/files.ts'
import { sherpaMetadata, smallGraph } from '../test-data/small-graph.ts'
import { SMALL_PIECES, smallFunasrModel, smallSherpaModel } from '../test-data/small-model.ts'
import { factsFromMetadata } from './facts-from-metadata.ts'
import type { ModelFacts } from './model-facts.ts'
import { createSenseVoiceModel } from './sense-voice-model.ts'

const vocabularySize = SMALL_PIECES.length
const sherpa = factsFromMetadata(new Map(Object.entries(sherpaMetadata(vocabularySize))))
const tags = findTags(new Vocabulary(SMALL_PIECES))
const rows = { data: noise(4, { samples: 5 * 560 }), frames: 5, dimension: 560 }

function create(model: Uint8Array, facts: ModelFacts) {
  return createSenseVoiceModel({ runtime, model, facts, tags, executionProvider: 'cpu' })
}

describe.each([
  ['sherpa', smallSherpaModel()],
  ['funasr', smallFunasrModel()],
] as const)('a graph of the %s export', (flavour, model) => {
  const facts = { ...sherpa, flavour }
  acousticModelContract(
    { test, expect },
    { create: () => create(model, facts), tags, vocabularySize, dimension: 560 },
  )

  test('is told the language and the text norm', async () => {
    const loaded = await create(model, facts)
    const auto = await loaded.infer(rows, { language: 'auto', withItn: true })
    const japanese = await loaded.infer(rows, { language: 'ja', withItn: true })
    const spoken = await loaded.infer(rows, { language: 'auto', withItn: false })
    await loaded.dispose()
    expect(japanese.tags.language).not.toEqual(auto.tags.language)
    expect(japanese.tags.textNorm).toEqual(auto.tags.textNorm)
    expect(spoken.tags.language).toEqual(auto.tags.language)
    expect(spoken.tags.textNorm).not.toEqual(auto.tags.textNorm)
  })
})

test('both exports of the same weights give the same answer', async () => {
  const [first, second] = await Promise.all([
    create(smallSherpaModel(), sherpa),
    create(smallFunasrModel(), { ...sherpa, flavour: 'funasr' }),
  ])
  const prompt = { language: 'en', withItn: true } as const
  expect(await first.infer(rows, prompt)).toEqual(await second.infer(rows, prompt))
  await Promise.all([first.dispose(), second.dispose()])
})

test('refuses a language the model has no prompt for', async () => {
  const { ko: _, ...languages } = sherpa.ids.languages
  const model = await create(smallSherpaModel(), { ...sherpa, ids: { ...sherpa.ids, languages } })
  await expect(model.infer(rows, { language: 'ko', withItn: true })).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('ko'),
  })
  await model.dispose()
})

test.each([
  ['no rows', { ...rows, frames: 0, data: new Float32Array(0) }],
  ['rows of another length', { ...rows, dimension: 80 }],
  ['fewer values than rows', { ...rows, frames: 6 }],
])('refuses features with %s', async (_, features) => {
  const model = await create(smallSherpaModel(), sherpa)
  const answer = model.infer(features, { language: 'auto', withItn: true })
  await expect(answer).rejects.toMatchObject({ code: 'invalid-argument' })
  await model.dispose()
})

test('names the shape when the graph has another vocabulary than the facts say', async () => {
  const model = await create(smallGraph({ flavour: 'sherpa', vocabularySize: 44 }), sherpa)
  await expect(model.infer(rows, { language: 'auto', withItn: true })).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining(`1 x 9 x 44 instead of 1 x 9 x ${vocabularySize}`),
  })
  await model.dispose()
})

test('refuses a graph of the other export than the manifest says', async () => {
  await expect(create(smallFunasrModel(), sherpa)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringMatching(/sherpa export.*funasr export/),
  })
})

test('refuses another network by its inputs', async () => {
  await expect(create(vadModel('silero_vad_v5'), sherpa)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('not SenseVoice'),
  })
})

test('refuses a file that was cut short', async () => {
  const cut = smallSherpaModel().slice(0, 5000)
  await expect(create(cut, sherpa)).rejects.toMatchObject({ code: 'model-corrupt' })
})
