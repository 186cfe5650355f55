import type { AcousticModel, AcousticOutput, Features, Prompt } from '../model/ports.ts'
import type { TagIds } from '../model/tags.ts'
import { type ContractTest, expectDistribution, expectRefusal } from './contract-test.ts'
import { noise } from './signals.ts'

export interface AcousticModelContractParts {
  /** A fresh model for each test; loading may be shared. */
  create(): Promise<AcousticModel>
  /** Tags of the model's vocabulary. */
  readonly tags: TagIds
  readonly vocabularySize: number
  /** Values of one feature row, 560 for SenseVoice. */
  readonly dimension: number
}

const AUTO: Prompt = { language: 'auto', withItn: true }
const GROUPS = ['language', 'emotion', 'event', 'textNorm'] as const

/** Registers what every `AcousticModel` must keep. */
export function acousticModelContract(api: ContractTest, parts: AcousticModelContractParts): void {
  const { test, expect } = api

  for (const frames of [1, 2, 17]) {
    test(`answers ${frames} feature rows with as many tokens and probabilities`, async () => {
      await withModel(parts, async (model) => {
        const output = await model.infer(features(frames, parts.dimension, frames), AUTO)
        expect(output.tokenIds.length).toBe(frames)
        expect(output.tokenProbabilities.length).toBe(frames)
        for (const id of output.tokenIds) {
          expect(id).toBeGreaterThanOrEqual(0)
          expect(id).toBeLessThanOrEqual(parts.vocabularySize - 1)
        }
        for (const probability of output.tokenProbabilities) {
          expect(probability).toBeGreaterThan(0)
          expect(probability).toBeLessThanOrEqual(1)
        }
      })
    })
  }

  test('gives a distribution over every tag group', async () => {
    await withModel(parts, async (model) => {
      const { tags } = await model.infer(features(9, parts.dimension, 1), AUTO)
      for (const group of GROUPS) {
        expect(tags[group].length).toBe(parts.tags[group].ids.length)
        expectDistribution(api, tags[group], 1e-5)
      }
    })
  })

  test('answers every prompt', async () => {
    await withModel(parts, async (model) => {
      const input = features(6, parts.dimension, 2)
      const spoken = parts.tags.language.names.filter((name) => name !== 'nospeech')
      for (const language of ['auto', ...spoken] as const) {
        for (const withItn of [true, false]) {
          expect((await model.infer(input, { language, withItn })).tokenIds.length).toBe(6)
        }
      }
    })
  })

  test('gives the same answer to calls made one by one and all at once, and leaves the features as they were', async () => {
    await withModel(parts, async (model) => {
      const inputs = [3, 11, 5].map((frames) => features(frames, parts.dimension, frames))
      const before = inputs.map((input) => [...input.data])
      const single: AcousticOutput[] = []
      for (const input of inputs) single.push(await model.infer(input, AUTO))
      const together = await Promise.all(inputs.map((input) => model.infer(input, AUTO)))
      expect(together.map(plain)).toEqual(single.map(plain))
      expect(inputs.map((input) => [...input.data])).toEqual(before)
    })
  })

  test('says that it is closed after dispose, which may be called twice', async () => {
    const model = await parts.create()
    await model.dispose()
    await model.dispose()
    await expectRefusal(api, 'closed', () => model.infer(features(4, parts.dimension, 5), AUTO))
  })
}

async function withModel(
  parts: AcousticModelContractParts,
  run: (model: AcousticModel) => Promise<void>,
): Promise<void> {
  const model = await parts.create()
  try {
    await run(model)
  } finally {
    await model.dispose()
  }
}

function features(frames: number, dimension: number, seed: number): Features {
  return { data: noise(seed, { samples: frames * dimension, amplitude: 2 }), frames, dimension }
}

function plain(output: AcousticOutput) {
  return {
    ids: [...output.tokenIds],
    probabilities: [...output.tokenProbabilities],
    tags: GROUPS.map((group) => [...output.tags[group]]),
  }
}
