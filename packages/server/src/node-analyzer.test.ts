import { readFileSync } from 'node:fs'
import { Resampler, readWav, type SpeechResult, writeWav } from '@sensevoice-web/engine'
import { noise } from '@sensevoice-web/engine/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNodeAnalyzer, type NodeAnalyzer } from './node-analyzer.ts'
import { goldenPath, modelFolder, VAD_MODEL, Workspace } from './test-data/workspace.ts'

const model = modelFolder()
const workspace = new Workspace()
let analyzer: NodeAnalyzer

beforeAll(async () => {
  analyzer = await createNodeAnalyzer({ modelDir: model.folder, vadModelPath: VAD_MODEL })
})
afterAll(async () => {
  await analyzer.close()
  model.remove()
  workspace.remove()
})

async function all(results: AsyncIterable<SpeechResult>): Promise<SpeechResult[]> {
  const found: SpeechResult[] = []
  for await (const result of results) found.push(result)
  return found
}

const speech = readWav(readFileSync(goldenPath('en-three-one-four'))).samples

/** Three times the same speech with two seconds between: 2, 2 + length + 2, ... */
function threeTimes(): Float32Array {
  const period = speech.length + 32_000
  const sound = noise(1, { samples: 3 * period + 32_000, amplitude: 1e-4 })
  for (let turn = 0; turn < 3; turn += 1) sound.set(speech, 32_000 + turn * period)
  return sound
}

describe('a file of three utterances', () => {
  test('gives a result for each, in order, where it was said', async () => {
    const results = await all(analyzer.analyzeFile(workspace.file('three.wav', writeWav(threeTimes()))))
    expect(results.map((result) => result.segmentId)).toEqual([0, 1, 2])
    for (const [turn, { startSamples, endSamples }] of results.entries()) {
      const begin = 32_000 + turn * (speech.length + 32_000)
      expect(startSamples).toBeGreaterThan(begin - 8000)
      expect(startSamples).toBeLessThan(begin + 3200)
      expect(endSamples).toBeLessThan(begin + speech.length + 8000)
    }
  })

  test('says the same at 44.1 kHz within 30 ms', async () => {
    const up = new Resampler(16_000, 44_100)
    const sound = [up.push(threeTimes()), up.flush()]
    const samples = Float32Array.from(sound.flatMap((part) => [...part]))
    const [low, high] = [
      await all(analyzer.analyzeFile(workspace.file('low.wav', writeWav(threeTimes())))),
      await all(analyzer.analyzeFile(workspace.file('high.wav', writeWav(samples, 44_100)))),
    ]
    expect(high.length).toBe(low.length)
    for (const [index, { startMs }] of high.entries()) {
      expect(Math.abs(startMs - (low[index]?.startMs ?? Number.NaN))).toBeLessThanOrEqual(32)
    }
  })

  test('gives the same to two analyses at the same time', async () => {
    const path = workspace.file('twice.wav', writeWav(threeTimes()))
    const plain = (results: SpeechResult[]) => results.map((result) => ({ ...result, timings: undefined }))
    const [first, second] = await Promise.all([
      all(analyzer.analyzeFile(path)),
      all(analyzer.analyzeFile(path)),
    ])
    expect(first).toHaveLength(3)
    expect(plain(first)).toEqual(plain(second))
  })
})

test('takes the whole file as one segment when asked to', async () => {
  const [result, ...others] = await all(analyzer.analyzeFile(goldenPath('silence'), { vad: false }))
  expect(others).toEqual([])
  const { samples } = readWav(readFileSync(goldenPath('silence')))
  expect(result).toMatchObject({ startSamples: 0, endSamples: samples.length })
})

test('finds no speech in silence and noise', async () => {
  for (const name of ['silence', 'white-noise']) {
    expect(await all(analyzer.analyzeFile(goldenPath(name)))).toEqual([])
  }
})

test('has no language scores when the language is forced', async () => {
  const options = { vad: false, language: 'ko', withItn: false } as const
  const [result] = await all(analyzer.analyzeFile(goldenPath('en-hello'), options))
  expect(result).toMatchObject({ language: 'ko', languageForced: true, withItn: false })
  expect(result?.languageScores).toBeUndefined()
})

test('goes on after a file that cannot be read', async () => {
  await expect(all(analyzer.analyzeFile('/nowhere.wav'))).rejects.toMatchObject({ code: 'file-not-found' })
  expect(await all(analyzer.analyzeFile(goldenPath('en-hello'), { vad: false }))).toHaveLength(1)
})

test('refuses sound below 8 kHz by its rate', async () => {
  const path = workspace.file('slow.wav', writeWav(new Float32Array(4000), 4000))
  await expect(all(analyzer.analyzeFile(path))).rejects.toMatchObject({ code: 'sample-rate-unsupported' })
})

test('says that it is closed', async () => {
  const other = await createNodeAnalyzer({ modelDir: model.folder, vadModelPath: VAD_MODEL })
  await other.close()
  const late = all(other.analyzeFile(goldenPath('en-hello'), { vad: false }))
  await expect(late).rejects.toMatchObject({ code: 'closed' })
})

test('refuses threads that are no number of threads, and a VAD model that is not there', async () => {
  const none = createNodeAnalyzer({ modelDir: model.folder, threads: 0 })
  await expect(none).rejects.toMatchObject({ code: 'invalid-argument' })
  const deaf = await createNodeAnalyzer({ modelDir: model.folder, vadModelPath: '/nowhere.onnx' })
  await expect(all(deaf.analyzeFile(goldenPath('en-hello')))).rejects.toMatchObject({
    code: 'model-not-found',
  })
  await deaf.close()
})
