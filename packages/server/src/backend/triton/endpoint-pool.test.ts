import { getEventListeners } from 'node:events'
import type { AcousticModel } from '@sensevoice-web/engine'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { OipAnswer } from '../oip/oip-client.ts'
import { OipStandIn } from '../test-data/oip-stand-in.ts'
import { noiseFeatures, servedRequest } from '../test-data/requests.ts'
import { SMALL_FACTS, SMALL_PARAMETERS, smallModel } from '../test-data/served-small-model.ts'
import { EndpointPool } from './endpoint-pool.ts'
import type { PoolEvent } from './pool-event.ts'
import type { EndpointPoolOptions } from './pool-options.ts'

const request = servedRequest(noiseFeatures(5))
const read = ({ outputs }: OipAnswer) => outputs.get('token_ids')?.data.length
let model: AcousticModel
let first: OipStandIn
let second: OipStandIn
let events: PoolEvent[]
const pools: EndpointPool[] = []

beforeAll(async () => {
  model = await smallModel()
})
afterAll(() => model.dispose())
beforeEach(async () => {
  const parts = { model, facts: SMALL_FACTS, parameters: SMALL_PARAMETERS }
  first = await OipStandIn.start(parts)
  second = await OipStandIn.start(parts)
  events = []
})
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close()
  first.kill()
  second.kill()
})

/** A pool whose health checks come only when a test wants them, unless told otherwise. */
async function poolOf(endpoints: readonly string[], options: Partial<EndpointPoolOptions> = {}) {
  const pool = new EndpointPool(
    {
      name: 'sensevoice',
      version: '1',
      mismatch: (parameters) => (parameters.get('model_name') === 'Small' ? undefined : 'another model'),
      probe: servedRequest(noiseFeatures(2)),
      checkProbe: (answer) => void read(answer),
    },
    { endpoints, healthIntervalMs: 60_000, onEvent: (event) => events.push(event), ...options },
  )
  pools.push(pool)
  await pool.start()
  await vi.waitFor(() =>
    expect(pool.counters.endpoints.every(({ health }) => health !== 'unknown')).toBe(true),
  )
  return pool
}

/** Answered requests of each endpoint. */
function answered(pool: EndpointPool): number[] {
  return pool.counters.endpoints.map((endpoint) => endpoint.answered)
}

test('takes the least busy endpoint, and turns among equals', async () => {
  const pool = await poolOf([first.http, second.grpc])
  for (let index = 0; index < 10; index++) expect(await pool.infer(request, read)).toBe(5)
  expect(answered(pool)).toEqual([5, 5])
  first.lasting = { type: 'late', ms: 600 }
  const slow = Array.from({ length: 2 }, () => pool.infer(request, read))
  for (let index = 0; index < 6; index++) await pool.infer(request, read)
  expect(pool.counters.endpoints.map(({ outstanding }) => outstanding)).toEqual([1, 0])
  await Promise.all(slow)
  expect(answered(pool)).toEqual([6, 12])
})

test.each([['overload'], ['fail'], ['drop'], ['stall'], ['cut'], ['page']] as const)(
  'asks another endpoint after %s, and says so',
  async (type) => {
    const pool = await poolOf([first.http, second.http], { tryTimeoutMs: 400 })
    first.lasting = { type }
    second.lasting = { type: 'late', ms: 5 }
    // Whichever is asked first, all four are answered by the second one.
    for (let index = 0; index < 4; index++) expect(await pool.infer(request, read)).toBe(5)
    expect(answered(pool)).toEqual([0, 4])
    expect(pool.counters).toMatchObject({ requests: 4, answered: 4, failed: 0 })
    const retries = events.filter((event) => event.type === 'retry')
    expect(retries.length).toBe(pool.counters.retries)
    expect(retries[0]).toMatchObject({
      from: first.http,
      to: second.http,
      reason: expect.stringMatching(/\w+/),
    })
  },
)

test('asks the same endpoint once more when its connection broke and there is no other', async () => {
  const pool = await poolOf([first.http])
  first.faults.push({ type: 'drop' })
  expect(await pool.infer(request, read)).toBe(5)
  expect(events).toContainEqual(expect.objectContaining({ type: 'retry', from: first.http, to: first.http }))
})

test('says busy, with a time, when every endpoint is overloaded, and keeps the circuits closed', async () => {
  const pool = await poolOf([first.http, second.grpc])
  first.lasting = { type: 'overload', retryAfter: '2' }
  second.lasting = { type: 'overload' }
  for (let index = 0; index < 5; index++) {
    await expect(pool.infer(request, read)).rejects.toMatchObject({
      code: 'busy',
      retryable: true,
      hint: 'Try again in 1000 ms.',
      message: expect.stringContaining('Exceeds maximum queue size'),
    })
  }
  expect(pool.counters.endpoints).toMatchObject([
    { circuit: 'closed', overloaded: 5, health: 'up' },
    { circuit: 'closed', overloaded: 5, health: 'up' },
  ])
  expect(pool.counters.failed).toBe(5)
})

test.each([
  ['30', 30_000],
  ['0.0005', 1],
  // A gateway in maintenance.
  ['86400', 30_000],
])(
  'a server that asks for %s s is taken at its word, up to half a minute',
  async (retryAfter, retryAfterMs) => {
    const pool = await poolOf([first.http])
    first.lasting = { type: 'overload', retryAfter }
    await expect(pool.infer(request, read)).rejects.toMatchObject({
      code: 'busy',
      retryAfterMs,
      hint: `Try again in ${retryAfterMs} ms.`,
    })
  },
)

test('does not send a refused request anywhere else', async () => {
  const pool = await poolOf([first.http, second.http])
  first.lasting = { type: 'refuse' }
  second.lasting = { type: 'refuse' }
  const before = first.asked + second.asked
  await expect(pool.infer(request, read)).rejects.toMatchObject({
    code: 'inference-failed',
    retryable: false,
  })
  expect(first.asked + second.asked).toBe(before + 1)
})

test('keeps the deadline over all tries', async () => {
  const pool = await poolOf([first.http, second.grpc], { deadlineMs: 500, tryTimeoutMs: 300 })
  first.lasting = { type: 'stall' }
  second.lasting = { type: 'stall' }
  const started = Date.now()
  await expect(pool.infer(request, read)).rejects.toMatchObject({
    code: 'network',
    retryable: true,
    message: expect.stringMatching(/300 ms.*no answer within/s),
  })
  expect(Date.now() - started).toBeGreaterThan(450)
  // The default is 10 s.
  expect(Date.now() - started).toBeLessThan(9000)
})

test('opens the circuit after failures in a row, sends nothing there, and closes it when a later probe is answered', async () => {
  const pool = await poolOf([first.http], { failuresToOpen: 3, halfOpenAfterMs: 300, healthIntervalMs: 100 })
  first.lasting = { type: 'fail' }
  for (let index = 0; index < 3; index++) {
    await expect(pool.infer(request, read)).rejects.toMatchObject({ code: 'network' })
  }
  expect(pool.counters.endpoints[0]).toMatchObject({
    circuit: 'open',
    circuitOpened: 1,
    reason: /the model threw/,
  })
  const asked = first.asked
  await expect(pool.infer(request, read)).rejects.toMatchObject({
    code: 'network',
    message: expect.stringContaining('the model threw'),
  })
  expect(first.asked).toBe(asked)
  // The first probe fails too: it opens again.
  await vi.waitFor(() => expect(pool.counters.endpoints[0]?.circuitOpened).toBe(2), 5000)
  first.lasting = undefined
  await vi.waitFor(() => expect(pool.available).toBe(true), 5000)
  expect(await pool.infer(request, read)).toBe(5)
  const states = events.flatMap((event) => (event.type === 'circuit' ? [event.state] : []))
  expect(states.slice(0, 3)).toEqual(['open', 'half-open', 'open'])
  expect(states.slice(-2)).toEqual(['half-open', 'closed'])
})

test('leaves out an endpoint that is not ready or serves another model, and takes it when it does', async () => {
  first.ready = false
  second.parameters = { model_name: 'Large' }
  const pool = await poolOf([first.http, second.grpc], { healthIntervalMs: 50 })
  expect(pool.available).toBe(false)
  await expect(pool.infer(request, read)).rejects.toMatchObject({
    code: 'network',
    message: expect.stringMatching(/the server is not ready.*another model/s),
  })
  first.parameters = { model_name: 'Large' }
  first.ready = true
  await vi.waitFor(() => expect(pool.counters.endpoints[0]?.health).toBe('mismatch'))
  await expect(pool.infer(request, read)).rejects.toMatchObject({ code: 'model-unsupported' })
  second.parameters = SMALL_PARAMETERS
  await vi.waitFor(() => expect(pool.available).toBe(true))
  expect(await pool.infer(request, read)).toBe(5)
  const told = events.filter(({ type }) => type !== 'retry')
  expect(told).toEqual(
    expect.arrayContaining([
      { type: 'down', endpoint: first.http, reason: expect.stringContaining('not ready') },
      { type: 'mismatch', endpoint: second.grpc, reason: 'another model' },
      { type: 'mismatch', endpoint: first.http, reason: 'another model' },
      { type: 'up', endpoint: second.grpc },
    ]),
  )
})

test('does not use an endpoint whose probe is not answered as it must be', async () => {
  first.lasting = { type: 'fail' }
  const pool = await poolOf([first.http, second.http])
  expect(pool.counters.endpoints[0]).toMatchObject({
    health: 'down',
    reason: expect.stringContaining('model threw'),
  })
  for (let index = 0; index < 3; index++) await pool.infer(request, read)
  expect(answered(pool)).toEqual([0, 3])
})

test('notices at once that a server is gone, and that it is back', async () => {
  const pool = await poolOf([first.http], { healthIntervalMs: 100 })
  const { port } = first
  first.kill()
  await expect(pool.infer(request, read)).rejects.toMatchObject({ code: 'network' })
  await vi.waitFor(() => expect(pool.counters.endpoints[0]?.health).toBe('down'))
  await first.listen(port)
  await vi.waitFor(() => expect(pool.available).toBe(true), 5000)
  expect(await pool.infer(request, read)).toBe(5)
})

test('kill of one of two in the middle of 50 requests: all are answered', async () => {
  const pool = await poolOf([first.http, second.grpc])
  first.lasting = { type: 'late', ms: 20 }
  second.lasting = { type: 'late', ms: 20 }
  const answers = Array.from({ length: 50 }, (_, index) => {
    const frames = 2 + index
    return pool.infer(servedRequest(noiseFeatures(frames)), read).then((length) => length === frames)
  })
  setTimeout(() => first.kill(), 10)
  expect(await Promise.all(answers)).toEqual(new Array(50).fill(true))
  expect(pool.counters).toMatchObject({ requests: 50, answered: 50, failed: 0 })
  expect(pool.counters.retries).toBeGreaterThan(0)
})

test('kill of both in the middle of 50 requests: every one has an answer or a clear error', async () => {
  const pool = await poolOf([first.grpc, second.grpc])
  first.lasting = { type: 'late', ms: 50 }
  second.lasting = { type: 'late', ms: 50 }
  const answers = Array.from({ length: 50 }, () => pool.infer(request, read))
  setTimeout(() => {
    first.kill()
    second.kill()
  }, 20)
  const outcomes = await Promise.allSettled(answers)
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') expect(outcome.value).toBe(5)
    else expect(outcome.reason).toMatchObject({ code: 'network', retryable: true })
  }
  const { requests, answered: good, failed } = pool.counters
  expect([requests, good + failed]).toEqual([50, 50])
  expect(pool.counters.endpoints.map(({ outstanding }) => outstanding)).toEqual([0, 0])
})

test('gives up when its caller does, and when it is closed', async () => {
  const pool = await poolOf([first.http, second.http])
  first.lasting = { type: 'stall' }
  second.lasting = { type: 'stall' }
  const caller = new AbortController()
  const given = pool.infer(request, read, { signal: caller.signal })
  const cut = pool.infer(request, read)
  setTimeout(() => caller.abort(), 30)
  await expect(given).rejects.toMatchObject({ code: 'closed', message: expect.stringContaining('caller') })
  expect(pool.counters.retries).toBe(0)
  pool.close()
  await expect(cut).rejects.toMatchObject({ code: 'closed' })
  await expect(pool.infer(request, read)).rejects.toMatchObject({ code: 'closed' })
})

test('leaves nothing behind on the signal of a caller that asks again and again', async () => {
  const pool = await poolOf([first.http, second.grpc])
  const { signal } = new AbortController()
  for (let index = 0; index < 20; index++) await pool.infer(request, read, { signal })
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('names every fault of its options', async () => {
  const options = {
    endpoints: ['ftp://a', 'http://u:secret@b', 'grpc://c/path'],
    tryTimeoutMs: 0,
    failuresToOpen: 1.5,
  }
  const error = await poolOf(options.endpoints, options).catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    code: 'invalid-argument',
    message: expect.stringMatching(/ftp:\/\/a.*password.*grpc:\/\/c\/path.*tryTimeoutMs.*failuresToOpen/s),
  })
  expect(String(error)).not.toContain('secret')
  await expect(poolOf([])).rejects.toMatchObject({ code: 'invalid-argument' })
})
