import { describe, expect, test } from 'vitest'
import { findTags } from '../decode/find-tags.ts'
import { reduceLogits } from '../decode/logits.ts'
import { SpeechError } from '../errors.ts'
import type { VoiceProbe } from '../model/ports.ts'
import { acousticModelContract } from './acoustic-model-contract.ts'
import type { ContractTest } from './contract-test.ts'
import { FakeAcousticModel } from './fake-acoustic-model.ts'
import { FakeVoiceProbe } from './fake-voice-probe.ts'
import { seededRandom } from './seeded-random.ts'
import { chirp, clickTrain, noise, tone } from './signals.ts'
import { smallVocabulary } from './small-vocabulary.ts'
import { voiceProbeContract } from './voice-probe-contract.ts'

const vocabulary = smallVocabulary()
const tags = findTags(vocabulary)

describe('the fake voice probe keeps the contract', () => {
  voiceProbeContract(
    { test, expect },
    { create: async () => new FakeVoiceProbe((window) => (window % 7) / 7) },
  )
})

describe('the fake acoustic model keeps the contract', () => {
  acousticModelContract(
    { test, expect },
    {
      tags,
      vocabularySize: vocabulary.size,
      dimension: 8,
      create: async () =>
        new FakeAcousticModel(({ features }) => {
          const frames = features.frames + 4
          const logits = noise(features.frames, { samples: frames * vocabulary.size, amplitude: 5 })
          return reduceLogits(logits, frames, vocabulary.size, tags)
        }),
    },
  )
})

describe('the voice probe contract finds', () => {
  /** Runs the suite and returns the names of the tests that failed. */
  async function failures(create: () => VoiceProbe): Promise<string[]> {
    const tests: { name: string; run: () => Promise<void> }[] = []
    const api: ContractTest = { test: (name, run) => tests.push({ name, run }), expect }
    voiceProbeContract(api, { create: async () => create() })
    const failed: string[] = []
    for (const { name, run } of tests) await run().catch(() => failed.push(name))
    return failed
  }

  test('a probability out of range', async () => {
    expect(await failures(() => new FakeVoiceProbe(() => 1.5))).toContain(
      'gives a probability for silence, noise, a tone and a full-scale square wave',
    )
  })

  test('a reset that does not forget, and state shared by two probes', async () => {
    const shared = { windows: 0 }
    const failed = await failures(
      () =>
        new FakeVoiceProbe(() => {
          shared.windows += 1
          return (shared.windows % 97) / 97
        }),
    )
    expect(failed).toContain('gives the same probabilities for the same windows after a reset')
    expect(failed).toContain('keeps two probes apart')
  })

  test('a probe that changes its window, takes any length and answers when closed', async () => {
    class Careless implements VoiceProbe {
      async probe(window: Float32Array): Promise<number> {
        window.fill(0)
        return 0.5
      }
      reset(): void {}
      async dispose(): Promise<void> {}
    }
    expect(await failures(() => new Careless())).toEqual([
      'leaves the window as it was and does not need it afterwards',
      'refuses a window of another length',
      'says that it is closed after dispose, which may be called twice',
    ])
  })
})

describe('seeded signals', () => {
  test('are the same for the same seed, different for another, and within their amplitude', () => {
    expect(noise(1, { samples: 50 })).toEqual(noise(1, { samples: 50 }))
    expect(noise(1, { samples: 50 })).not.toEqual(noise(2, { samples: 50 }))
    expect(noise(1, { samples: 5000, amplitude: 0.25 }).every((sample) => Math.abs(sample) <= 0.25)).toBe(
      true,
    )
  })

  test('random numbers are spread evenly over [0, 1)', () => {
    const random = seededRandom(9)
    const tenths = new Array<number>(10).fill(0)
    for (let count = 0; count < 20_000; count += 1) {
      const tenth = Math.floor(random() * 10)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200)
  })

  test('a tone and a chirp cross zero as often as their frequency says', () => {
    const crossings = (samples: Float32Array) =>
      samples.filter((sample, index) => index > 0 && sample >= 0 && (samples[index - 1] ?? 0) < 0).length
    expect(Math.abs(crossings(tone(440, { samples: 16_000 })) - 440)).toBeLessThanOrEqual(1)
    expect(Math.abs(crossings(chirp(100, 300, { samples: 16_000 })) - 200)).toBeLessThanOrEqual(1)
  })

  test('clicks stand on their period', () => {
    const clicks = clickTrain(100, { samples: 250, amplitude: 1 })
    expect([...clicks.entries()].filter(([, sample]) => sample !== 0)).toEqual([
      [0, 1],
      [100, 1],
      [200, 1],
    ])
  })
})

test('a scripted model answers in order, late or not, and a failure stays with its own call', async () => {
  const answer = reduceLogits(new Float32Array(4 * vocabulary.size), 4, vocabulary.size, tags)
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const model = new FakeAcousticModel(async ({ index }) => {
    if (index === 0) await gate
    if (index === 1) throw new SpeechError('inference-failed', 'scripted')
    return answer
  })
  const features = { data: new Float32Array(0), frames: 0, dimension: 1 }
  const order: string[] = []
  const calls = [0, 1, 2].map((index) =>
    model.infer(features, { language: 'auto', withItn: true }).then(
      () => order.push(`${index} answered`),
      () => order.push(`${index} failed`),
    ),
  )
  release()
  await Promise.all(calls)
  expect(order).toEqual(['0 answered', '1 failed', '2 answered'])
})
