import type { AcousticModel } from '@sensevoice-web/engine'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { OipStandIn, type StandInFault } from '../test-data/oip-stand-in.ts'
import { noiseFeatures, servedRequest } from '../test-data/requests.ts'
import { SMALL_FACTS, SMALL_PARAMETERS, smallModel } from '../test-data/served-small-model.ts'
import { OipGrpcClient } from './grpc-client.ts'
import { OipHttpClient } from './http-client.ts'
import type { OipClient, OipClientOptions } from './oip-client.ts'

const CALL = { timeoutMs: 5000 }
const features = noiseFeatures(9)
const request = servedRequest(features)
let model: AcousticModel
let server: OipStandIn
const clients: OipClient[] = []

beforeAll(async () => {
  model = await smallModel()
})
afterAll(() => model.dispose())
beforeEach(async () => {
  server = await OipStandIn.start({ model, facts: SMALL_FACTS, parameters: SMALL_PARAMETERS })
})
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
  server.kill()
})

const transports = {
  http: (options?: OipClientOptions) => new OipHttpClient(server.http, options),
  grpc: (options?: OipClientOptions) => new OipGrpcClient(server.grpc.replace('grpc://', ''), options),
}

describe.each(['http', 'grpc'] as const)('over %s', (transport) => {
  function client(options?: OipClientOptions): OipClient {
    const made = transports[transport](options)
    clients.push(made)
    return made
  }

  async function failure(fault: StandInFault | undefined, options?: OipClientOptions, timeoutMs = 5000) {
    if (fault !== undefined) server.faults.push(fault)
    return await client(options)
      .infer(request, { timeoutMs })
      .then(
        () => 'answered',
        (error: unknown) => error,
      )
  }

  test.each([['raw'], ['written out']])('brings the %s values as they were', async (form) => {
    if (form === 'written out') server.faults.push({ type: 'written-out' })
    const { outputs, version } = await client().infer(request, CALL)
    const local = await model.infer(features, { language: 'ja', withItn: false })
    expect(version).toBe('1')
    expect(outputs.get('token_ids')?.data).toEqual(local.tokenIds)
    expect(outputs.get('token_probabilities')?.data).toEqual(local.tokenProbabilities)
    expect(outputs.get('language_scores')?.data).toEqual(local.tags.language)
    expect(outputs.get('text_norm_scores')).toMatchObject({ shape: [1, 2], data: local.tags.textNorm })
    expect(outputs.size).toBe(6)
  })

  test('tells overload, refusal and failure of the server apart, with its words', async () => {
    expect(await failure({ type: 'overload' })).toMatchObject({
      kind: 'overloaded',
      message: expect.stringContaining('Exceeds maximum queue size'),
    })
    expect(await failure({ type: 'refuse' })).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('unexpected shape'),
    })
    expect(await failure({ type: 'fail' })).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('the model threw'),
    })
  })

  test('is unreachable when the connection breaks, and when there is none', async () => {
    expect(await failure({ type: 'drop' })).toMatchObject({ kind: 'unreachable' })
    server.kill()
    expect(await failure(undefined)).toMatchObject({ kind: 'unreachable' })
  })

  test('gives up a server that hangs when the time is over', async () => {
    expect(await failure({ type: 'stall' }, {}, 150)).toMatchObject({ kind: 'timeout' })
  })

  test('gives up when its caller does, and when it is closed', async () => {
    server.faults.push({ type: 'stall' }, { type: 'stall' })
    const caller = new AbortController()
    const given = client().infer(request, { ...CALL, signal: caller.signal })
    setTimeout(() => caller.abort(), 50)
    await expect(given).rejects.toMatchObject({ kind: 'aborted' })
    const closing = client()
    const cut = closing.infer(request, CALL)
    setTimeout(() => closing.close(), 50)
    await expect(cut).rejects.toMatchObject({ kind: 'aborted' })
    await expect(closing.infer(request, CALL)).rejects.toMatchObject({ kind: 'aborted' })
  })

  test('asks nothing for a caller that has given up before', async () => {
    const answer = client().infer(request, { ...CALL, signal: AbortSignal.abort() })
    await expect(answer).rejects.toMatchObject({ kind: 'aborted' })
    expect(server.asked).toBe(0)
  })

  test('neither sends nor reads more than it may', async () => {
    expect(await failure(undefined, { maxRequestBytes: 9 * 560 * 4 })).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('limit'),
    })
    expect(server.asked).toBe(0)
    expect(await failure(undefined, { maxAnswerBytes: 200 })).toMatchObject({ kind: 'bad-answer' })
  })

  test.each([
    ['another datatype', (head: object) => ({ ...head, datatype: 'FP64' })],
    ['fewer values than its shape', (head: object) => ({ ...head, shape: [1, 99] })],
    ['a negative shape', (head: object) => ({ ...head, shape: [1, -9] })],
  ])('refuses an output of %s', async (_, change) => {
    const fault: StandInFault = {
      type: 'change',
      change: ([first, ...rest]) => [change(first ?? {}) as (typeof rest)[number], ...rest],
    }
    expect(await failure(fault)).toMatchObject({
      kind: 'bad-answer',
      message: expect.stringContaining('token_ids'),
    })
  })

  test('says what is not ready', async () => {
    const asked = client()
    await asked.check('sensevoice', '1', CALL)
    server.modelReady = false
    await expect(asked.check('sensevoice', '1', CALL)).rejects.toMatchObject({
      kind: 'unready',
      message: expect.stringContaining('sensevoice version 1'),
    })
    server.ready = false
    await expect(asked.check('sensevoice', '1', CALL)).rejects.toThrow('the server is not ready')
    server.live = false
    await expect(asked.check('sensevoice', '1', CALL)).rejects.toThrow('the server is not live')
  })

  test('reads the parameters of the model, also where only the metadata has them', async () => {
    const parameters = await client().parameters('sensevoice', '1', CALL)
    server.withoutConfig = true
    const properties = await client().parameters('sensevoice', '1', CALL)
    expect(Object.fromEntries(parameters)).toEqual(SMALL_PARAMETERS)
    expect(properties).toEqual(parameters)
  })

  test('sends the headers with every call', async () => {
    const asked = client({ headers: { authorization: 'Bearer secret' } })
    await asked.check('sensevoice', '1', CALL)
    await asked.infer(request, CALL)
    expect(server.seenHeaders).toEqual(new Array(4).fill('Bearer secret'))
  })

  test('answers thirty calls at once, each with its own', async () => {
    const asked = client()
    const lengths = Array.from({ length: 30 }, (_, index) => 3 + index)
    const answers = await Promise.all(
      lengths.map((frames) => asked.infer(servedRequest(noiseFeatures(frames)), CALL)),
    )
    for (const [index, { outputs }] of answers.entries()) {
      const local = await model.infer(noiseFeatures(3 + index), { language: 'ja', withItn: false })
      expect(outputs.get('token_ids')?.data).toEqual(local.tokenIds)
    }
  })
})

test('over HTTP: an answer cut in the middle is none, nor is the page of a network that wants a sign-in', async () => {
  const client = new OipHttpClient(server.http)
  clients.push(client)
  server.faults.push({ type: 'cut' })
  await expect(client.infer(request, CALL)).rejects.toMatchObject({ kind: 'unreachable' })
  server.faults.push({ type: 'page' })
  await expect(client.infer(request, CALL)).rejects.toMatchObject({ kind: 'bad-answer' })
})

test('over HTTP: passes on how long an overloaded server wants to be left alone', async () => {
  const client = new OipHttpClient(`${server.http}/`)
  clients.push(client)
  server.faults.push({ type: 'overload', retryAfter: '3' })
  await expect(client.infer(request, CALL)).rejects.toMatchObject({ kind: 'overloaded', retryAfterMs: 3000 })
})
