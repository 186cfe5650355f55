import { findTags, parseVocabulary, readManifest, type TagIds } from '@sensevoice-web/engine'
import { noise } from '@sensevoice-web/engine/testing'
import * as runtime from 'onnxruntime-node'
import { afterAll, describe, expect, test } from 'vitest'
import { compareOutputs } from '../model/compare-outputs.ts'
import { createSenseVoiceModel } from '../model/sense-voice-model.ts'
import { tinyModel, vadModel } from '../test-data/files.ts'
import { smallSherpaModel } from '../test-data/small-model.ts'
import { TemporaryFolder } from '../test-data/temporary-folder.ts'
import { memorySource } from './byte-source.ts'
import { prepareModel, type Rewrite, rewrittenBytes } from './prepare-model.ts'

const { model, tokens, manifest } = tinyModel()
const facts = readManifest(manifest)
const tags: TagIds = findTags(parseVocabulary(tokens), facts.languages)
const folder = new TemporaryFolder()
afterAll(() => folder.remove())

/** Prepares the tiny model into a folder of its own and loads it from there, as Node does. */
async function prepared(rewrite: Rewrite) {
  const parts: Uint8Array[] = []
  const { graph } = await prepareModel(memorySource(model), {
    rewrite,
    tags,
    storedName: 'stored.onnx',
    rewrittenName: `${rewrite}.bin`,
    write: async (bytes) => void parts.push(bytes.slice()),
  })
  folder.file('stored.onnx', model)
  if (parts.length > 0) folder.file(`${rewrite}.bin`, Buffer.concat(parts))
  const path = folder.file(`${rewrite}.onnx`, graph)
  const executionProvider = 'cpu'
  const done = rewrite === 'signed' ? 'but-for-layout' : true
  return createSenseVoiceModel({ runtime, model: path, prepared: done, facts, tags, executionProvider })
}

function features(frames: number) {
  return { data: noise(frames, { samples: frames * 560, amplitude: 2 }), frames, dimension: 560 }
}

const published = await createSenseVoiceModel({ runtime, model, facts, tags, executionProvider: 'cpu' })
afterAll(() => published.dispose())
const LENGTHS = [1, 2, 17, 90, 400]
const prompt = { language: 'auto', withItn: true } as const

describe('the integer rewrite', () => {
  // Tokens and tag logits are bit-identical where the session computes as the graph is written, which is what WASM does. The probability of a token goes
  // through another formula, both in float32: 1e-5 of the value is 80 units in the last place, and nothing decides on it.
  test('gives the tokens and tags of the published graph, bit for bit', async () => {
    const rewritten = await prepared('integer')
    for (const frames of LENGTHS) {
      const [expected, found] = await Promise.all([
        published.infer(features(frames), prompt),
        rewritten.infer(features(frames), prompt),
      ])
      expect([...found.tokenIds]).toEqual([...expected.tokenIds])
      expect(found.tags).toEqual(expected.tags)
      for (const [frame, probability] of found.tokenProbabilities.entries()) {
        const difference = Math.abs(probability - (expected.tokenProbabilities[frame] ?? 0))
        expect(difference / probability).toBeLessThan(1e-5)
      }
    }
    await rewritten.dispose()
  })
})

describe('the signed rewrite', () => {
  // The products are the same numbers, but the convolution's sums round differently in the last bit, and such a bit may push an activation over
  // to the next of its 256 steps: 0.03 was seen on the most uncertain frame of noise.
  test('gives the tokens of the published graph, and its tags to 0.1', async () => {
    const rewritten = await prepared('signed')
    for (const frames of LENGTHS) {
      const expected = await published.infer(features(frames), prompt)
      const found = await rewritten.infer(features(frames), prompt)
      const { agrees, frames: agreement, tagDifference } = compareOutputs(expected, found)
      expect({ agrees, agreement }).toEqual({ agrees: true, agreement: 1 })
      expect(tagDifference).toBeLessThan(0.1)
    }
    await rewritten.dispose()
  })
})

describe.each(['integer', 'signed'] as const)('the %s rewrite', (rewrite) => {
  test('is told the language and the text norm', async () => {
    const rewritten = await prepared(rewrite)
    for (const choice of [
      { language: 'zh', withItn: false },
      { language: 'ko', withItn: true },
    ] as const) {
      const [expected, found] = await Promise.all([
        published.infer(features(20), choice),
        rewritten.infer(features(20), choice),
      ])
      expect(compareOutputs(expected, found).tagDifference).toBeLessThan(0.02)
    }
    await rewritten.dispose()
  })
})

describe('the blocked rewrite', () => {
  // Activations stay float here, while the published graph rounds them to 8 bits in front of every product, so the two differ by that rounding: the
  // best tokens of noise agree, its tag probabilities to 0.1 (0.06 was seen on the most uncertain frame).
  test('gives the tokens of the published graph, and its tags to 0.1', async () => {
    const rewritten = await prepared('blocked')
    for (const frames of LENGTHS) {
      const expected = await published.infer(features(frames), prompt)
      const found = await rewritten.infer(features(frames), prompt)
      expect([...found.tokenIds]).toEqual([...expected.tokenIds])
      for (const group of ['language', 'emotion', 'event', 'textNorm'] as const) {
        for (const [index, probability] of found.tags[group].entries()) {
          expect(Math.abs(probability - (expected.tags[group][index] ?? 0))).toBeLessThan(0.1)
        }
      }
    }
    await rewritten.dispose()
  })

  test('says how long its file of matrices is before it is written', async () => {
    let written = 0
    const options = { rewrite: 'blocked', tags, storedName: 'a', rewrittenName: 'b' } as const
    const source = memorySource(model)
    const write = async (bytes: Uint8Array) => {
      written += bytes.length
    }
    await prepareModel(source, { ...options, write })
    expect(await rewrittenBytes(source, 'blocked')).toBe(written)
    expect(await rewrittenBytes(source, 'signed')).toBe(model.length)
    expect(await rewrittenBytes(source, 'integer')).toBe(0)
  })
})

describe('prepareModel refuses', () => {
  const options = { rewrite: 'integer', tags, storedName: 'stored.onnx' } as const

  test.each([
    ['a float graph', smallSherpaModel(), 'model-unsupported', /missing|instead of/],
    [
      'another network',
      vadModel('silero_vad_v5'),
      'model-unsupported',
      /not that of a quantized SenseVoice export/,
    ],
    [
      'a file that was cut short',
      model.subarray(0, model.length >> 1),
      'model-corrupt',
      /reaches beyond|outside/,
    ],
    [
      'a web page',
      new TextEncoder().encode('<!doctype html><title>404</title>'),
      'model-corrupt',
      /not a readable/,
    ],
    ['nothing', new Uint8Array(0), 'model-corrupt', /no graph/],
  ])('%s', async (_, bytes, code, message) => {
    await expect(prepareModel(memorySource(bytes), options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })
})
