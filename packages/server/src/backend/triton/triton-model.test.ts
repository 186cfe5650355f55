import type { AcousticModel } from '@sensevoice-web/engine'
import { acousticModelContract } from '@sensevoice-web/engine/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OipStandIn } from '../test-data/oip-stand-in.ts'
import { noiseFeatures } from '../test-data/requests.ts'
import {
  SMALL_FACTS,
  SMALL_IDENTITY,
  SMALL_PARAMETERS,
  SMALL_TAGS,
  smallModel,
} from '../test-data/served-small-model.ts'
import type { StandInOutput } from '../test-data/stand-in-messages.ts'
import type { PoolEvent } from './pool-event.ts'
import { TritonModel, type TritonModelOptions } from './triton-model.ts'

const AUTO = { language: 'auto', withItn: true } as const
const features = noiseFeatures(8)
let model: AcousticModel
let server: OipStandIn
let events: PoolEvent[]
const open: AcousticModel[] = []

beforeAll(async () => {
  model = await smallModel()
})
afterAll(() => model.dispose())
beforeEach(async () => {
  server = await OipStandIn.start({ model, facts: SMALL_FACTS, parameters: SMALL_PARAMETERS })
  events = []
})
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose()
  server.kill()
})

async function connect(endpoint: string, options: Partial<TritonModelOptions> = {}): Promise<TritonModel> {
  const made = await TritonModel.connect({
    endpoints: [endpoint],
    facts: SMALL_FACTS,
    tags: SMALL_TAGS,
    identity: SMALL_IDENTITY,
    healthIntervalMs: 50,
    onEvent: (event) => events.push(event),
    ...options,
  })
  open.push(made)
  return made
}

describe.each(['http', 'grpc'] as const)('over %s', (transport) => {
  acousticModelContract(
    { test, expect },
    {
      create: () => connect(server[transport]),
      tags: SMALL_TAGS,
      vocabularySize: SMALL_FACTS.vocabularySize,
      dimension: 560,
    },
  )

  test('gives what the model gives on this machine, for every prompt', async () => {
    const served = await connect(server[transport])
    for (const language of ['auto', 'zh', 'en', 'yue', 'ja', 'ko'] as const) {
      for (const withItn of [true, false]) {
        const prompt = { language, withItn }
        expect(await served.infer(features, prompt)).toEqual(await model.infer(features, prompt))
      }
    }
  })
})

function changed(name: string, change: (output: StandInOutput) => StandInOutput) {
  return (outputs: StandInOutput[]) =>
    outputs.map((output) => (output.name === name ? change(output) : output))
}

test.each([
  ['an output less', (outputs: StandInOutput[]) => outputs.slice(0, 5), 'no text_norm_scores'],
  [
    'a frame more',
    changed('token_ids', (output) => ({ ...output, shape: [1, 9], data: new Int32Array(9) })),
    'token_ids is 1 x 9 instead of 1 x 8',
  ],
  [
    'an id beyond the vocabulary',
    changed('token_ids', (output) => ({ ...output, data: new Int32Array(8).fill(999) })),
    'the id 999',
  ],
  [
    'ids that are no integers',
    changed('token_ids', (output) => ({ ...output, datatype: 'FP32', data: new Float32Array(8) })),
    'FP32 instead of INT32',
  ],
  [
    'no probability',
    changed('token_probabilities', (output) => ({ ...output, data: new Float32Array(8).fill(Number.NaN) })),
    'token_probabilities has NaN',
  ],
  [
    'scores of other tags',
    changed('event_scores', (output) => ({ ...output, shape: [1, 3], data: Float32Array.of(1, 0, 0) })),
    'event_scores is 1 x 3',
  ],
  [
    'scores that do not sum to 1',
    changed('text_norm_scores', (output) => ({ ...output, data: Float32Array.of(0.3, 0.3) })),
    'text_norm_scores sums to 0.6',
  ],
])('takes no answer with %s', async (_, change, words) => {
  const served = await connect(server.http)
  server.faults.push({ type: 'change', change })
  await expect(served.infer(features, AUTO)).rejects.toMatchObject({
    code: 'network',
    message: expect.stringContaining(words),
  })
  expect(await served.infer(features, AUTO)).toEqual(await model.infer(features, AUTO))
})

test.each([
  ['other tokens', { tokens_sha256: 'ab'.repeat(32) }, /Small 1, whose tokens are others: abab/],
  ['other CMVN', { cmvn_sha256: 'cd'.repeat(32) }, /Small 1, whose CMVN are others: cdcd/],
])('refuses by name a server whose model has %s', async (_, parameters, words) => {
  server.parameters = { ...SMALL_PARAMETERS, ...parameters }
  await expect(connect(server.grpc)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringMatching(words),
  })
})

test('refuses a server that does not say which model it has', async () => {
  server.parameters = {}
  await expect(connect(server.http)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('parameter tokens_sha256'),
  })
})

test('says at the start that no server is well', async () => {
  server.kill()
  await expect(connect(server.http)).rejects.toMatchObject({ code: 'network', retryable: true })
})

test('starts without a server that is well when told to, and asks it as soon as it is', async () => {
  const { port } = server
  server.kill()
  const served = await connect(server.http, { startUnavailable: true })
  expect(served.available).toBe(false)
  await expect(served.infer(features, AUTO)).rejects.toMatchObject({ code: 'network', retryable: true })
  await server.listen(port)
  await vi.waitFor(() => expect(served.available).toBe(true), 5000)
  expect(await served.infer(features, AUTO)).toEqual(await model.infer(features, AUTO))
})

test('a long segment has longer, for one try and in all, and does not count against a server that works on it', async () => {
  const served = await connect(server.http, { tryTimeoutMs: 50, deadlineMs: 100, failuresToOpen: 1 })
  server.lasting = { type: 'late', ms: 700 }
  const long = noiseFeatures(400)
  expect(await served.infer(long, AUTO)).toEqual(await model.infer(long, AUTO))
  expect(served.counters.endpoints[0]).toMatchObject({ circuit: 'closed', failed: 0 })
  // A deadline that the caller sets is kept.
  await expect(served.infer(long, AUTO, { deadlineMs: 100 })).rejects.toMatchObject({ code: 'network' })
  expect(served.counters.endpoints[0]).toMatchObject({ circuit: 'open', failed: 1 })
})

test('when a server hangs over a long segment, another one has as long for it', async () => {
  const served = await connect(server.http, {
    endpoints: [server.http, server.grpc],
    tryTimeoutMs: 50,
    deadlineMs: 100,
  })
  await vi.waitFor(() => expect(served.counters.endpoints.every(({ available }) => available)).toBe(true))
  server.faults.push({ type: 'stall' })
  server.lasting = { type: 'late', ms: 300 }
  const long = noiseFeatures(200)
  expect(await served.infer(long, AUTO)).toEqual(await model.infer(long, AUTO))
  expect(served.counters).toMatchObject({ answered: 1, retries: 1 })
})

test('a short segment has hardly longer: with it a server that hangs is found out soon', async () => {
  const served = await connect(server.http, { tryTimeoutMs: 50, deadlineMs: 100 })
  server.lasting = { type: 'stall' }
  await expect(served.infer(features, AUTO)).rejects.toMatchObject({
    code: 'network',
    message: expect.stringContaining('no answer within 90 ms'),
  })
})

test('refuses features of another shape before anything is sent', async () => {
  const served = await connect(server.http)
  const before = server.asked
  await expect(served.infer({ ...features, frames: 7 }, AUTO)).rejects.toMatchObject({
    code: 'invalid-argument',
  })
  expect(server.asked).toBe(before)
})
