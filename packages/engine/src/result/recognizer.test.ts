import { describe, expect, test } from 'vitest'
import { findTags } from '../decode/find-tags.ts'
import { SpeechError } from '../errors.ts'
import type { FrontEnd } from '../features/front-end.ts'
import type { AcousticOutput } from '../model/ports.ts'
import { FakeAcousticModel, type InferCall } from '../testing/fake-acoustic-model.ts'
import { recognizerContract } from '../testing/recognizer-contract.ts'
import { scriptedOutput } from '../testing/scripted-output.ts'
import { tone } from '../testing/signals.ts'
import { smallVocabulary } from '../testing/small-vocabulary.ts'
import { createRecognizer } from './recognizer.ts'

const vocabulary = smallVocabulary()
const tags = findTags(vocabulary)
const id = (piece: string) => vocabulary.idOf(piece) ?? Number.NaN

/** One zero row per 960 samples, as many as sound of that length has. */
const frontEnd: FrontEnd = {
  dimension: 2,
  minimumSamples: 400,
  compute(samples) {
    const frames = samples.length < 400 ? 0 : Math.ceil((1 + Math.floor((samples.length - 400) / 160)) / 6)
    return { data: new Float32Array(2 * frames), frames, dimension: 2 }
  },
}

const hello = ({ features }: InferCall) =>
  scriptedOutput(tags, {
    frames: features.frames,
    tokens:
      features.frames < 10
        ? []
        : [
            { id: id('▁hello'), frame: 1, frames: 2, probability: 0.5 },
            { id: id('<|Laughter|>'), frame: 4 },
            { id: id('▁world'), frame: 6, probability: 0.5 },
            { id: id('.'), frame: 8, probability: 1 },
          ],
  })

function recognizer(script: (call: InferCall) => AcousticOutput | Promise<AcousticOutput> = hello) {
  let nowMs = 0
  const model = new FakeAcousticModel(script)
  const clock = () => {
    nowMs += 5
    return nowMs
  }
  return { model, recognizer: createRecognizer({ frontEnd, model, vocabulary, tags, blank: 0, clock }) }
}

const second = { id: 3, samples: tone(200, { samples: 16_000 }), startSamples: 32_000 }

describe('contract', () => {
  recognizerContract(
    { test, expect },
    { create: async () => recognizer().recognizer, speech: second.samples },
  )
})

test('joins the tokens to a text with absolute times; tags among the speech frames are no text', async () => {
  const result = await recognizer().recognizer.recognize(second)
  expect(result.text).toBe('hello world.')
  expect(result.tokens).toEqual([
    { text: 'hello', id: id('▁hello'), startMs: 2060, endMs: 2360, probability: 0.5 },
    { text: ' world', id: id('▁world'), startMs: 2360, endMs: 2480, probability: 0.5 },
    { text: '.', id: id('.'), startMs: 2480, endMs: 2540, probability: 1 },
  ])
  expect(result.confidence).toBeCloseTo(0.25 ** (1 / 3), 6)
  expect(result.timings).toEqual({ frontEndMs: 5, inferenceMs: 5, decodeMs: 5, totalMs: 15 })
})

test('asks for the language and text norm it is told, by default to decide and with ITN', async () => {
  const { recognizer: own, model } = recognizer()
  await own.recognize(second)
  await own.recognize(second, { language: 'yue', withItn: false })
  expect(model.calls.map((call) => call.prompt)).toEqual([
    { language: 'auto', withItn: true },
    { language: 'yue', withItn: false },
  ])
})

test('pads sound shorter than one feature frame, so that the model always answers', async () => {
  const { recognizer: own, model } = recognizer()
  const result = await own.recognize({ id: 0, samples: new Float32Array(10), startSamples: 160 })
  expect(model.calls[0]?.features.frames).toBe(1)
  expect(result).toMatchObject({ text: '', tokens: [], startSamples: 160, endSamples: 170, confidence: 1 })
})

test('hands on what the model fails with, and works on afterwards', async () => {
  const failure = new SpeechError('out-of-memory', 'no memory left')
  const { recognizer: own } = recognizer((call) => {
    if (call.index === 0) throw failure
    return hello(call)
  })
  await expect(own.recognize(second)).rejects.toBe(failure)
  expect((await own.recognize(second)).text).toBe('hello world.')
})

test('Chinese pieces join without spaces, white space around the whole is left out', async () => {
  const chinese = smallVocabulary(['▁', '你', '好', '▁50', '▁'])
  const ids = ['▁', '你', '好', '▁50'].map((piece) => chinese.idOf(piece) ?? Number.NaN)
  const own = createRecognizer({
    frontEnd,
    model: new FakeAcousticModel(({ features }) =>
      scriptedOutput(findTags(chinese), {
        frames: features.frames,
        tokens: [...ids, ids[0] ?? 0].map((tokenId, frame) => ({ id: tokenId, frame: 2 * frame })),
      }),
    ),
    vocabulary: chinese,
    tags: findTags(chinese),
    blank: 0,
    clock: () => 0,
  })
  const result = await own.recognize(second)
  expect(result.text).toBe('你好 50')
  expect(result.tokens.map((token) => token.text)).toEqual(['你', '好', ' 50'])
})
