import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { OipGrpcClient } from '../oip/grpc-client.ts'
import { OipHttpClient } from '../oip/http-client.ts'
import type { OipClient } from '../oip/oip-client.ts'
import { NO_TRITON, RealTriton, writeHandMadeRepository } from '../test-data/real-triton.ts'
import { noiseFeatures, servedRequest } from '../test-data/requests.ts'
import { SMALL_FACTS, SMALL_IDENTITY, SMALL_PARAMETERS, SMALL_TAGS } from '../test-data/served-small-model.ts'
import type { PoolEvent } from './pool-event.ts'
import { TritonModel, type TritonModelOptions } from './triton-model.ts'

const CALL = { timeoutMs: 10_000 }
const MAX_QUEUE = 16
/** The hand-made model counts its ids up from the language's row, 11 at most here: they stay within the small vocabulary. */
const LONGEST = 20

describe.skipIf(NO_TRITON !== undefined)(
  `NVIDIA's tritonserver${NO_TRITON === undefined ? '' : ` (skipped: ${NO_TRITON})`}`,
  () => {
    const repository = mkdtempSync(join(tmpdir(), 'sensevoice-repository-'))
    const servers: RealTriton[] = []
    const open: (() => unknown)[] = []
    let events: PoolEvent[] = []

    beforeAll(async () => {
      writeHandMadeRepository(repository, { maxQueue: MAX_QUEUE, parameters: SMALL_PARAMETERS })
      servers.push(await RealTriton.start(repository), await RealTriton.start(repository))
    }, 120_000)
    afterEach(async () => {
      for (const close of open.splice(0)) await close()
      events = []
    })
    afterAll(async () => {
      for (const server of servers) await server.kill()
      rmSync(repository, { recursive: true })
    })

    function server(index: number): RealTriton {
      const found = servers[index]
      if (found === undefined) throw new Error('the server was not started')
      return found
    }

    async function connect(endpoints: readonly string[], options: Partial<TritonModelOptions> = {}) {
      const model = await TritonModel.connect({
        endpoints,
        facts: SMALL_FACTS,
        tags: SMALL_TAGS,
        identity: SMALL_IDENTITY,
        onEvent: (event) => events.push(event),
        ...options,
      })
      open.push(() => model.dispose())
      await vi.waitFor(() =>
        expect(model.counters.endpoints.every(({ health }) => health === 'up')).toBe(true),
      )
      return model
    }

    /** What the hand-made model answers, computed here. */
    function expectAnswer(
      output: Awaited<ReturnType<TritonModel['infer']>>,
      frames: number,
      language: number,
    ) {
      expect([...output.tokenIds]).toEqual(Array.from({ length: frames }, (_, index) => language + index))
      expect(output.tokenProbabilities).toEqual(new Float32Array(frames).fill(1 / (1 + frames)))
      expect([output.tags.language[0], output.tags.emotion[0], output.tags.textNorm[1]]).toEqual([1, 1, 0])
    }

    describe.each(['http', 'grpc'] as const)('over %s', (transport) => {
      function client(): OipClient {
        const made =
          transport === 'http'
            ? new OipHttpClient(server(0).http)
            : new OipGrpcClient(server(0).grpc.replace('grpc://', ''))
        open.push(() => made.close())
        return made
      }

      test('tells health and the parameters of its configuration', async () => {
        const asked = client()
        await asked.check('sensevoice', '1', CALL)
        expect(Object.fromEntries(await asked.parameters('sensevoice', '1', CALL))).toMatchObject(
          SMALL_PARAMETERS,
        )
        await expect(asked.check('other', '1', CALL)).rejects.toMatchObject({ kind: 'unready' })
        const unknown = asked.infer({ ...servedRequest(noiseFeatures(3)), model: 'other' }, CALL)
        await expect(unknown).rejects.toMatchObject({ kind: expect.stringMatching(/unready|refused/) })
      })

      test('refuses a request of another shape, reports a failed one, and goes on', async () => {
        const asked = client()
        const good = servedRequest(noiseFeatures(3))
        const [features, ...prompt] = good.inputs
        if (features?.datatype !== 'FP32') throw new Error('features are FP32')
        const narrow = { ...features, shape: [1, 21, 80] }
        const wrong = asked.infer({ ...good, inputs: [narrow, ...prompt] }, CALL)
        await expect(wrong).rejects.toMatchObject({
          kind: 'refused',
          message: expect.stringContaining('features'),
        })
        await expect(asked.infer(withNorm(98), CALL)).rejects.toMatchObject({
          kind: 'failed',
          message: expect.stringContaining('this request fails'),
        })
        expect((await asked.infer(good, CALL)).outputs.get('token_ids')?.data).toEqual(
          Int32Array.of(11, 12, 13),
        )
      })

      test('is overloaded with a full queue, answers what it took, and keeps a deadline', async () => {
        const asked = client()
        await expect(asked.infer(withNorm(99), { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'timeout' })
        // Twice what runs and waits at most, each of which takes 0.3 s.
        const many = Array.from({ length: 2 * MAX_QUEUE + 16 }, () =>
          asked.infer(withNorm(99), { timeoutMs: 60_000 }),
        )
        const kinds = (await Promise.allSettled(many)).map((outcome) =>
          outcome.status === 'fulfilled' ? 'answered' : outcome.reason.kind,
        )
        expect(new Set(kinds)).toEqual(new Set(['answered', 'overloaded']))
        expect(kinds.filter((kind) => kind === 'answered').length).toBeGreaterThanOrEqual(MAX_QUEUE)
      }, 90_000)

      test('answers 16 callers at once, each with its own', async () => {
        const model = await connect([server(0)[transport]], { tryTimeoutMs: 9000 })
        for (let round = 0; round < 2; round++) {
          const lengths = Array.from({ length: 16 }, (_, index) => 2 + ((index * 7) % LONGEST))
          const answers = await Promise.all(
            lengths.map((frames) => model.infer(noiseFeatures(frames), { language: 'zh', withItn: true })),
          )
          for (const [index, output] of answers.entries()) expectAnswer(output, lengths[index] ?? 0, 3)
        }
      })
    })

    test('says busy when both servers are overloaded', async () => {
      // On a loaded machine 400 calls take longer than a try may by default, and the pool would rightly call that a hang.
      const model = await connect([server(0).http, server(1).grpc], {
        tryTimeoutMs: 30_000,
        deadlineMs: 60_000,
        healthTimeoutMs: 30_000,
      })
      const many = Array.from({ length: 400 }, () =>
        model.infer(noiseFeatures(LONGEST), { language: 'ja', withItn: true }),
      )
      const outcomes = await Promise.allSettled(many)
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(refused.length).toBeGreaterThan(0)
      for (const { reason } of refused) expect(reason).toMatchObject({ code: 'busy', retryable: true })
      expect(model.counters.endpoints.map(({ circuit }) => circuit)).toEqual(['closed', 'closed'])
      expect(model.counters.answered + model.counters.failed).toBe(400)
    }, 90_000)

    // The last test: it ends one of the servers.
    test('kill -9 of one of two in the middle of 50 segments: all are answered', async () => {
      const model = await connect([server(0).http, server(1).grpc])
      let killed: Promise<void> | undefined
      // As sessions would: some at a time, not more than one server's queue takes.
      const frames = Array.from({ length: 50 }, (_, index) => 2 + (index % LONGEST))
      const callers = Array.from({ length: 10 }, async () => {
        for (let length = frames.pop(); length !== undefined; length = frames.pop()) {
          if (frames.length < 25) killed ??= server(1).kill()
          expectAnswer(await model.infer(noiseFeatures(length), { language: 'en', withItn: true }), length, 4)
        }
      })
      await Promise.all(callers)
      await killed
      expect(model.counters).toMatchObject({ requests: 50, answered: 50, failed: 0 })
      await vi.waitFor(() => expect(model.counters.endpoints[1]?.health).toBe('down'), 10_000)
      expect(events).toContainEqual(expect.objectContaining({ type: 'down', endpoint: server(1).grpc }))
    })
  },
)

/** A request that the hand-made model treats in its own way by its text norm. */
function withNorm(textNorm: number) {
  const request = servedRequest(noiseFeatures(3))
  return {
    ...request,
    inputs: request.inputs.map((input) =>
      input.name === 'text_norm' && input.datatype === 'INT32'
        ? { ...input, data: Int32Array.of(textNorm) }
        : input,
    ),
  }
}
