import { type AnalyzerState, SpeechError, type SpeechEvent } from '@sensevoice-web/engine'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import type { AnalyzerLike } from './analyzer-like.ts'
import { SpeechAnalyzerController } from './speech-analyzer-controller.ts'

const segment = (id: number) => ({ id, samples: new Float32Array(16_000), startSamples: id * 16_000 })
const result = (text: string, id: number): SpeechEvent => ({
  type: 'result',
  result: scriptedResult(text, segment(id)),
})

function host() {
  let updates = 0
  return {
    addController() {},
    removeController() {},
    requestUpdate() {
      updates += 1
    },
    updateComplete: Promise.resolve(true),
    get updates() {
      return updates
    },
  }
}

function fake(script: Partial<AnalyzerLike> = {}): AnalyzerLike & { closed: boolean } {
  return {
    closed: false,
    runtime: { provider: 'wasm', threads: 1, isolated: false, reason: '' },
    model: { name: 'fake', notice: '', embedded: true },
    async *listen() {},
    async analyze() {},
    async configure() {},
    async pause() {},
    async resume() {},
    async stop() {},
    async close() {
      this.closed = true
    },
    addEventListener() {},
    ...script,
  }
}

test('results are collected, a second session goes on behind the first', async () => {
  const analyzer = fake({
    async *listen() {
      yield result('one', 0)
      yield result('two', 1)
    },
  })
  const page = host()
  const controller = new SpeechAnalyzerController(page, async () => analyzer)
  await controller.load()
  expect(controller.phase).toBe('ready')
  await controller.start()
  await controller.start()
  expect(controller.results.map(({ text }) => text)).toEqual(['one', 'two', 'one', 'two'])
  expect(controller.results.map(({ segmentId }) => segmentId)).toEqual([0, 1, 2, 3])
  const starts = controller.results.map(({ startMs }) => startMs)
  expect(starts).toEqual([...starts].sort((a, b) => a - b))
  expect(page.updates).toBeGreaterThan(4)
})

test('an analyzer that cannot be loaded leaves a typed error, and loading can be tried again', async () => {
  let tries = 0
  const controller = new SpeechAnalyzerController(host(), async () => {
    tries += 1
    if (tries === 1) throw new SpeechError('network', 'cut')
    return fake()
  })
  await controller.load()
  expect([controller.phase, controller.error?.code]).toEqual(['failed', 'network'])
  await controller.load()
  expect([controller.phase, controller.error]).toEqual(['ready', undefined])
})

test('what a removed page part had running is closed and its late answers are dropped', async () => {
  let answer = (_event: SpeechEvent) => {}
  const analyzer = fake({
    async *listen() {
      yield await new Promise<SpeechEvent>((resolve) => {
        answer = resolve
      })
    },
  })
  const controller = new SpeechAnalyzerController(host(), async () => analyzer)
  await controller.load()
  const run = controller.start()
  controller.hostDisconnected()
  answer(result('late', 0))
  await run
  expect(controller.results).toEqual([])
  expect(analyzer.closed).toBe(true)
})

test('a microphone that is lost shows its error and ends the partial', async () => {
  const analyzer = fake({
    async *listen() {
      yield { type: 'level', rms: 0.1, peak: 0.2, speechProbability: 1, speaking: true, positionMs: 0 }
      throw new SpeechError('microphone-lost', 'unplugged')
    },
  })
  const controller = new SpeechAnalyzerController(host(), async () => analyzer)
  await controller.load()
  await controller.start()
  expect([controller.error?.code, controller.level, controller.partial]).toEqual([
    'microphone-lost',
    undefined,
    undefined,
  ])
  controller.dismissError()
  expect(controller.error).toBeUndefined()
})

test('a file that is given while the microphone is open ends neither the session nor the transcript', async () => {
  let tellState = (_state: AnalyzerState) => {}
  let goOn = () => {}
  let analyzed = 0
  const analyzer = fake({
    addEventListener(_type, listener) {
      tellState = (state) => listener(new CustomEvent('state', { detail: { state } }))
    },
    async *listen() {
      yield result('before', 0)
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      yield result('after', 1)
    },
    async analyze() {
      analyzed += 1
    },
  })
  const controller = new SpeechAnalyzerController(host(), async () => analyzer)
  await controller.load()
  const run = controller.start()
  tellState('listening')
  await expect.poll(() => controller.results.length).toBe(1)
  await controller.analyze(new File(['x'], 'a.wav'))
  expect([analyzed, controller.error?.code]).toEqual([0, 'busy'])
  goOn()
  await run
  expect(controller.results.map(({ text }) => text)).toEqual(['before', 'after'])
})

test('a file replaces the transcript and tells its progress', async () => {
  const seen: number[] = []
  const analyzer = fake({
    async analyze(_input, options) {
      options?.onEvent?.({ type: 'analysis-progress', analyzedMs: 500, totalMs: 1000 })
      seen.push(controller.analysis?.analyzedMs ?? -1)
      options?.onEvent?.(result('file', 0))
    },
    async *listen() {
      yield result('mic', 0)
    },
  })
  const controller = new SpeechAnalyzerController(host(), async () => analyzer)
  await controller.load()
  await controller.start()
  await controller.analyze(new File(['x'], 'a.wav'))
  expect(seen).toEqual([500])
  expect(controller.results.map(({ text }) => text)).toEqual(['file'])
  expect(controller.analysis).toBeUndefined()
})

test('a page part that was removed while it listened loads again, idle, and hears nothing of the first analyzer', async () => {
  const states: ((event: CustomEvent<{ state: AnalyzerState }>) => void)[] = []
  const say = (at: number, state: AnalyzerState) =>
    states[at]?.(new CustomEvent('state', { detail: { state } }))
  const analyzers = [0, 1].map(() =>
    fake({
      addEventListener: (_, listener) => void states.push(listener),
      analyze: (_, options) =>
        new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => reject(options.signal?.reason))
        }),
    }),
  )
  let created = 0
  const controller = new SpeechAnalyzerController(host(), async () => analyzers[created++] ?? fake())
  await controller.load()
  const analysis = controller.analyze(new File([], 'a.wav'))
  say(0, 'analyzing')
  expect(controller).toMatchObject({ state: 'analyzing', analysis: { fileName: 'a.wav' } })
  controller.hostDisconnected()
  await analysis
  controller.hostConnected()
  await controller.load()
  expect(controller).toMatchObject({ phase: 'ready', state: 'idle', analysis: undefined, error: undefined })
  expect(analyzers.map(({ closed }) => closed)).toEqual([true, false])
  say(0, 'closed')
  expect(controller.state).toBe('idle')
  say(1, 'listening')
  expect(controller.state).toBe('listening')
})
