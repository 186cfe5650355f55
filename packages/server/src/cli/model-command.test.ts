import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { FaultServer } from '../../../onnx/src/test-data/fault-server.ts'
import { smallGraph } from '../../../onnx/src/test-data/small-graph.ts'
import {
  SMALL_PIECES,
  SMALL_TOKENS,
  smallManifest,
  smallSherpaModel,
} from '../../../onnx/src/test-data/small-model.ts'
import { useModelFolder } from '../store/model-folder.ts'
import { Workspace } from '../test-data/workspace.ts'
import { modelCommand } from './model-command.ts'
import type { ModelArguments } from './read-model-arguments.ts'

const MODEL = smallSherpaModel()

let server: FaultServer
let home: Workspace
beforeAll(async () => {
  server = await FaultServer.start()
})
afterAll(() => server.stop())
beforeEach(() => {
  home = new Workspace()
  vi.stubEnv('SENSEVOICE_HOME', home.folder)
  server.put('/m/model.int8.onnx', MODEL)
  server.put('/m/tokens.txt', new TextEncoder().encode(SMALL_TOKENS))
  server.put('/m/manifest.json', new TextEncoder().encode(JSON.stringify(smallManifest(MODEL, 'sherpa'))))
})
afterEach(() => {
  vi.unstubAllEnvs()
  home.remove()
})

async function run(args: ModelArguments, signal = new AbortController().signal) {
  const told = { out: '', error: '' }
  const take = (stream: keyof typeof told) => (text: string) => {
    told[stream] += text
  }
  const status = await modelCommand(args, { out: take('out'), error: take('error') }, signal)
  return { status, ...told }
}

describe('sensevoice model fetch', () => {
  test('calls proven only what somebody told the hash of', async () => {
    const byManifest = await run({ command: 'fetch', model: server.url('/m/manifest.json') })
    expect(byManifest.out).toMatch(/^small-\w+ is complete and proven\n$/)
    const bare = await run({ command: 'fetch', model: server.url('/m/model.int8.onnx') })
    const sha256 = createHash('sha256').update(MODEL).digest('hex')
    expect(bare.out).toMatch(
      new RegExp(`^model.int8-\\w+ is complete; its SHA-256 is ${sha256}, with nothing to prove it by\n$`),
    )
  })
})

test('sensevoice model inspect takes a FunASR export that somebody quantized with onnxruntime', async () => {
  const metadata = { 'onnx.infer': 'onnxruntime.quant' }
  const model = smallGraph({ flavour: 'funasr', vocabularySize: SMALL_PIECES.length, metadata })
  const { status, out } = await run({ command: 'inspect', model: home.file('m.onnx', model), json: true })
  expect(status).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ flavour: 'funasr', metadata })
})

describe('sensevoice model, interrupted,', () => {
  const fetched = async () => {
    await run({ command: 'fetch', model: server.url('/m/manifest.json') })
  }

  test.each(['prepare', 'inspect', 'verify', 'remove'] as const)(
    '%s says so and ends with 130',
    async (command) => {
      await fetched()
      const { status, out, error } = await run({ command, model: 'small', json: false }, AbortSignal.abort())
      expect([status, out, error]).toEqual([130, '', '\nsensevoice: interrupted\n'])
      expect((await run({ command: 'verify', model: 'small' })).status).toBe(0)
    },
  )

  test('remove does not wait any more for who uses the model', async () => {
    await fetched()
    const { release } = await useModelFolder('small')
    const controller = new AbortController()
    const running = run({ command: 'remove', model: 'small' }, controller.signal)
    const started = performance.now()
    setTimeout(() => controller.abort(), 300)
    expect((await running).status).toBe(130)
    // It would be told that the model is busy after 5 seconds.
    expect(performance.now() - started).toBeLessThan(4500)
    await release()
  })

  test('fetch says that the next one goes on', async () => {
    const { status, error } = await run(
      { command: 'fetch', model: server.url('/m/manifest.json') },
      AbortSignal.abort(),
    )
    expect([status, error]).toEqual([130, expect.stringContaining('the next fetch goes on from here')])
  })
})
