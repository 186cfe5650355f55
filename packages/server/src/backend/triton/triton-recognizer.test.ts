import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { recognizerContract } from '@sensevoice-web/engine/testing'
import { loadRecognizer } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { goldenClip } from '../../../../onnx/src/test-data/files.ts'
import { SMALL_TOKENS, smallSherpaModel } from '../../../../onnx/src/test-data/small-model.ts'
import { modelFolder } from '../../test-data/workspace.ts'
import { OipStandIn } from '../test-data/oip-stand-in.ts'
import { SMALL_FACTS, SMALL_PARAMETERS, smallModel } from '../test-data/served-small-model.ts'
import { createTritonRecognizer, type TritonRecognizerOptions } from './triton-recognizer.ts'

const segment = { id: 0, samples: goldenClip('en-three-one-four'), startSamples: 0 }
const folder = modelFolder()
let server: OipStandIn

beforeAll(async () => {
  // The servers have the model; this side needs its tokens and manifest only.
  unlinkSync(join(folder.folder, 'model.int8.onnx'))
  const model = await smallModel()
  server = await OipStandIn.start({ model, facts: SMALL_FACTS, parameters: SMALL_PARAMETERS })
})
afterEach(() => {
  server.lasting = undefined
  server.parameters = SMALL_PARAMETERS
})
afterAll(() => {
  server.kill()
  folder.remove()
})

function create(options: Partial<TritonRecognizerOptions> = {}) {
  return createTritonRecognizer({
    modelDir: folder.folder,
    endpoints: [server.http, server.grpc],
    ...options,
  })
}

recognizerContract({ test, expect }, { create, speech: segment.samples })

test('gives the result of the model on this machine', async () => {
  const clock = () => performance.now()
  const model = smallSherpaModel()
  const local = await loadRecognizer({
    runtime,
    model,
    tokens: SMALL_TOKENS,
    executionProvider: 'cpu',
    clock,
  })
  const served = await create()
  for (const options of [{}, { language: 'ja', withItn: false }] as const) {
    const [here, there] = [
      await local.recognizer.recognize(segment, options),
      await served.recognize(segment, options),
    ]
    expect({ ...there, timings: undefined }).toEqual({ ...here, timings: undefined })
    expect(there.tokens.length).toBeGreaterThan(0)
  }
  expect(served.available).toBe(true)
  expect(served.counters).toMatchObject({ requests: 2, answered: 2 })
  expect(served.facts.vocabularySize).toBe(SMALL_FACTS.vocabularySize)
  await served.dispose()
  await local.recognizer.dispose()
})

test('keeps the deadline and the signal of one segment', async () => {
  const served = await create()
  server.lasting = { type: 'stall' }
  const started = performance.now()
  await expect(served.recognize(segment, { deadlineMs: 200 })).rejects.toMatchObject({ code: 'network' })
  // The default of one try is 4 s.
  expect(performance.now() - started).toBeLessThan(3500)
  const signal = AbortSignal.timeout(100)
  await expect(served.recognize(segment, { signal })).rejects.toMatchObject({ code: 'closed' })
  await served.dispose()
})

test('takes a published folder without a manifest as it is', async () => {
  const published = modelFolder({ manifest: false })
  const [served, known] = [await create({ modelDir: published.folder }), await create()]
  const [there, here] = [await served.recognize(segment), await known.recognize(segment)]
  expect({ ...there, timings: undefined }).toEqual({ ...here, timings: undefined })
  await served.dispose()
  await known.dispose()
  published.remove()
})

test.each([
  ['tokens that are not those of the manifest', { tokens: `${SMALL_TOKENS}x 999\n` }, 'model-corrupt'],
  ['a manifest that is no JSON', { manifest: '{' }, 'model-corrupt'],
])('refuses a folder with %s', async (_, changes, code) => {
  const damaged = modelFolder(changes)
  await expect(create({ modelDir: damaged.folder })).rejects.toMatchObject({ code })
  damaged.remove()
})

test('refuses a folder that is not there', async () => {
  await expect(create({ modelDir: join(folder.folder, 'none') })).rejects.toMatchObject({
    code: 'model-not-found',
  })
})
