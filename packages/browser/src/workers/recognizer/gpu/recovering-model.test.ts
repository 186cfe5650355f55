import { type AcousticOutput, SpeechError, type SpeechEventOf } from '@sensevoice-web/engine'
import { describe, expect, test } from 'vitest'
import type { LiveModel } from './live-model.ts'
import { RecoveringModel } from './recovering-model.ts'

const FEATURES = { data: new Float32Array(560), frames: 1, dimension: 560 }
const PROMPT = { language: 'auto', withItn: true } as const
const OUTPUT = { tokenIds: Int32Array.of(7) } as unknown as AcousticOutput

type Infer = () => Promise<AcousticOutput>

class FakeDevice {
  released = false
  lose: (what: string) => void = () => {}
  readonly live: LiveModel

  constructor(provider: LiveModel['provider'], infer: Infer) {
    const lost = new Promise<string>((resolve) => {
      this.lose = resolve
    })
    this.live = {
      provider,
      lost,
      model: { infer, dispose: async () => {} },
      release: async () => {
        this.released = true
      },
    }
  }
}

function setUp(first: Infer, { gpus = [] as Infer[], wasm = (async () => OUTPUT) as Infer } = {}) {
  const devices = [new FakeDevice('webgpu', first)]
  const moves: SpeechEventOf<'runtime'>[] = []
  const limitsMs = { run: 200, rebuild: 100, fallBack: 100 }
  const model = new RecoveringModel({
    limitsMs,
    live: (devices[0] as FakeDevice).live,
    rebuild: async () => {
      const infer = gpus.shift()
      if (infer === undefined) throw new SpeechError('not-supported', 'no adapter')
      devices.push(new FakeDevice('webgpu', infer))
      return (devices.at(-1) as FakeDevice).live
    },
    fallBack: async () => {
      devices.push(new FakeDevice('wasm', wasm))
      return (devices.at(-1) as FakeDevice).live
    },
    onMove: (event) => moves.push(event),
  })
  return { model, moves, devices }
}

const never: Infer = () => new Promise(() => {})
const right: Infer = async () => OUTPUT

/** A model that is built when the test says so. */
function later() {
  let resolve: (live: LiveModel) => void = () => {}
  const promise = new Promise<LiveModel>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('RecoveringModel', () => {
  test('a run that hangs on a lost device is run again on a new one', async () => {
    const { model, moves, devices } = setUp(never, { gpus: [right] })
    const output = model.infer(FEATURES, PROMPT)
    devices[0]?.lose('driver reset')
    expect(await output).toBe(OUTPUT)
    expect(moves).toEqual([
      {
        type: 'runtime',
        provider: 'webgpu',
        reason: 'The GPU was lost (driver reset); recognition goes on on a new device.',
      },
    ])
    expect(devices[0]?.released).toBe(true)
  })

  test('a device that was lost while nothing ran is replaced at the next run', async () => {
    const { model, moves, devices } = setUp(right, { gpus: [right] })
    expect(await model.infer(FEATURES, PROMPT)).toBe(OUTPUT)
    devices[0]?.lose('unplugged')
    const lostModel = devices[0]?.live.model as unknown as { infer: Infer }
    lostModel.infer = never
    expect(await model.infer(FEATURES, PROMPT)).toBe(OUTPUT)
    expect(moves.map(({ provider }) => provider)).toEqual(['webgpu'])
  })

  test('when no device comes back the processor takes over', async () => {
    const { model, moves, devices } = setUp(never)
    const output = model.infer(FEATURES, PROMPT)
    devices[0]?.lose('gone')
    expect(await output).toBe(OUTPUT)
    expect(moves).toEqual([
      { type: 'runtime', provider: 'wasm', reason: 'The GPU was lost (gone); recognition goes on in WASM.' },
    ])
  })

  test('a GPU that is lost again and again is given up', async () => {
    const { model, moves, devices } = setUp(never, { gpus: [never, never, never] })
    const output = model.infer(FEATURES, PROMPT)
    for (let device = 0; device < 3; device += 1) {
      devices[device]?.lose('reset')
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(await output).toBe(OUTPUT)
    expect(moves.map(({ provider }) => provider)).toEqual(['webgpu', 'webgpu', 'wasm'])
    expect(devices.slice(0, 3).every(({ released }) => released)).toBe(true)
  })

  test('a GPU that fails without being lost is given up at once', async () => {
    const fails: Infer = async () => {
      throw new SpeechError('inference-failed', 'kernel error')
    }
    const { model, moves } = setUp(fails, { gpus: [right] })
    expect(await model.infer(FEATURES, PROMPT)).toBe(OUTPUT)
    expect(moves).toEqual([
      {
        type: 'runtime',
        provider: 'wasm',
        reason: 'The GPU failed (kernel error); recognition goes on in WASM.',
      },
    ])
  })

  test('a GPU that hangs without being lost, and one that never comes back, are not waited for', async () => {
    const hanging = setUp(never)
    expect(await hanging.model.infer(FEATURES, PROMPT)).toBe(OUTPUT)
    expect(hanging.moves[0]?.reason).toBe(
      'The GPU failed (the GPU does not answer); recognition goes on in WASM.',
    )
    const devices = [new FakeDevice('webgpu', never), new FakeDevice('wasm', right)]
    const moves: string[] = []
    const model = new RecoveringModel({
      live: (devices[0] as FakeDevice).live,
      rebuild: () => new Promise(() => {}),
      fallBack: async () => (devices[1] as FakeDevice).live,
      onMove: ({ provider }) => moves.push(provider),
      limitsMs: { run: 1000, rebuild: 50, fallBack: 50 },
    })
    const output = model.infer(FEATURES, PROMPT)
    devices[0]?.lose('reset')
    expect(await output).toBe(OUTPUT)
    expect(moves).toEqual(['wasm'])
  })

  test('when the processor cannot take over, that run fails, and the next one tries it again', async () => {
    const devices = [new FakeDevice('webgpu', never), new FakeDevice('wasm', right)]
    const moves: SpeechEventOf<'runtime'>[] = []
    const full = new SpeechError('out-of-memory', 'not enough memory for the model', { retryable: true })
    const outcomes = [Promise.reject(full), Promise.resolve((devices[1] as FakeDevice).live)]
    const model = new RecoveringModel({
      live: (devices[0] as FakeDevice).live,
      rebuild: () => Promise.reject(new SpeechError('not-supported', 'no adapter')),
      fallBack: () => outcomes.shift() ?? Promise.reject(new Error('asked for too often')),
      onMove: (event) => moves.push(event),
    })
    const failing = model.infer(FEATURES, PROMPT)
    devices[0]?.lose('reset')
    await expect(failing).rejects.toBe(full)
    // What was released answers as onnxruntime's sessions do.
    const lostModel = devices[0]?.live.model as unknown as { infer: Infer }
    lostModel.infer = () => Promise.reject(new SpeechError('closed', 'the model was disposed of'))
    expect(await model.infer(FEATURES, PROMPT)).toBe(OUTPUT)
    expect(await model.infer(FEATURES, PROMPT)).toBe(OUTPUT)
    expect(moves).toEqual([
      { type: 'runtime', provider: 'wasm', reason: 'The GPU was lost (reset); recognition goes on in WASM.' },
    ])
    await model.dispose()
    expect(devices[1]?.released).toBe(true)
  })

  test('a processor that is there too late for one run is there for the next', async () => {
    const [gpu, wasm] = [new FakeDevice('webgpu', never), new FakeDevice('wasm', right)]
    const built = later()
    let builds = 0
    const model = new RecoveringModel({
      live: gpu.live,
      rebuild: () => Promise.reject(new SpeechError('not-supported', 'no adapter')),
      fallBack: () => {
        builds += 1
        return built.promise
      },
      onMove: () => {},
      limitsMs: { run: 1000, rebuild: 50, fallBack: 20 },
    })
    const failing = model.infer(FEATURES, PROMPT)
    gpu.lose('reset')
    await expect(failing).rejects.toThrow('neither GPU nor WASM answers')
    built.resolve(wasm.live)
    expect(await model.infer(FEATURES, PROMPT)).toBe(OUTPUT)
    expect(builds).toBe(1)
  })

  test('what is built too late for anybody is released', async () => {
    const [gpu, late, wasm] = [
      new FakeDevice('webgpu', never),
      new FakeDevice('webgpu', right),
      new FakeDevice('wasm', right),
    ]
    const [rebuilt, onProcessor] = [later(), later()]
    const model = new RecoveringModel({
      live: gpu.live,
      rebuild: () => rebuilt.promise,
      fallBack: () => onProcessor.promise,
      onMove: () => {},
      limitsMs: { run: 1000, rebuild: 20, fallBack: 20 },
    })
    const failing = model.infer(FEATURES, PROMPT)
    gpu.lose('reset')
    await expect(failing).rejects.toThrow('neither GPU nor WASM answers')
    rebuilt.resolve(late.live)
    await expect.poll(() => late.released).toBe(true)
    await model.dispose()
    onProcessor.resolve(wasm.live)
    await expect.poll(() => wasm.released).toBe(true)
  })

  test('what fails in WASM too is told, and bad arguments move nothing', async () => {
    const fails: Infer = async () => {
      throw new SpeechError('inference-failed', 'broken')
    }
    const { model } = setUp(fails, { wasm: fails })
    await expect(model.infer(FEATURES, PROMPT)).rejects.toThrow('broken')
    const refuses: Infer = async () => {
      throw new SpeechError('invalid-argument', 'frames')
    }
    const { model: other, moves } = setUp(refuses)
    await expect(other.infer(FEATURES, PROMPT)).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(moves).toEqual([])
  })

  test('runs wait for their turn, and disposing for the last of them', async () => {
    const order: number[] = []
    let run = 0
    const { model, devices } = setUp(async () => {
      const mine = ++run
      await new Promise((resolve) => setTimeout(resolve, 5 - mine))
      order.push(mine)
      return OUTPUT
    })
    const runs = [1, 2, 3].map(() => model.infer(FEATURES, PROMPT))
    await Promise.all(runs)
    await model.dispose()
    expect(order).toEqual([1, 2, 3])
    expect(devices[0]?.released).toBe(true)
    await expect(model.infer(FEATURES, PROMPT)).rejects.toMatchObject({ code: 'closed' })
  })
})
