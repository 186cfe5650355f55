import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BackendSource, UtteranceBackend, UtteranceCall } from '../backend.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { DEFAULT_RETRY } from './retry-options.ts'
import { UtteranceRecognizer } from './utterance-recognizer.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const OPEN_MS = DEFAULT_RETRY.openMs
const segment = { id: 0, startSamples: 0, samples: new Float32Array(1600) }
const call: UtteranceCall = { kind: 'final', stream: 'one', signal: new AbortController().signal }

/** A backend that is not open before `goOn` is called. */
function slowBackend() {
  const backend = new ScriptedBackend('slow', () => 'from the slow one')
  let goOn: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const open = async (): Promise<UtteranceBackend> => {
    await held
    return await backend.open()
  }
  const source: BackendSource = { name: 'slow', partialIntervalMs: undefined, wordTimes: true, open }
  return { backend, source, goOn: () => goOn() }
}

function recognizerOf(...sources: readonly BackendSource[]): UtteranceRecognizer {
  return new UtteranceRecognizer(sources, DEFAULT_RETRY, () => {})
}

test('a backend that hangs while it is opened costs its time once, and answers again when it is open', async () => {
  const { backend, source, goOn } = slowBackend()
  const spare = new ScriptedBackend('spare', () => 'from the spare')
  const recognizer = recognizerOf(source, spare)
  const first = recognizer.recognize(segment, call)
  await vi.advanceTimersByTimeAsync(OPEN_MS - 1000)
  expect(spare.calls).toHaveLength(0)
  const meanwhile = recognizer.recognize(segment, call)
  await vi.advanceTimersByTimeAsync(1000)
  expect(spare.calls).toHaveLength(2)
  const second = recognizer.recognize(segment, call)
  await vi.advanceTimersByTimeAsync(0)
  expect(spare.calls).toHaveLength(3)
  for (const asked of [first, meanwhile, second]) expect((await asked).text).toBe('from the spare')
  goOn()
  await vi.advanceTimersByTimeAsync(0)
  expect((await recognizer.recognize(segment, call)).text).toBe('from the slow one')
  await recognizer.dispose()
  expect([backend.disposed, spare.disposed]).toEqual([1, 1])
})

test('prewarming goes on with the next backend, and leaves the slow one to be opened', async () => {
  const { source, goOn } = slowBackend()
  const spare = new ScriptedBackend('spare', () => 'from the spare')
  const recognizer = recognizerOf(source, spare)
  let ready = false
  const prewarmed = recognizer.prewarm().then(() => {
    ready = true
  })
  await vi.advanceTimersByTimeAsync(OPEN_MS - 1)
  expect([ready, spare.opened]).toEqual([false, 0])
  await vi.advanceTimersByTimeAsync(1)
  expect([ready, spare.opened]).toEqual([true, 1])
  await prewarmed
  goOn()
  await vi.advanceTimersByTimeAsync(0)
  expect((await recognizer.recognize(segment, call)).text).toBe('from the slow one')
  await recognizer.dispose()
})

test('the only backend is waited for again', async () => {
  const { source, goOn } = slowBackend()
  const recognizer = recognizerOf(source)
  const first = expect(recognizer.recognize(segment, call)).rejects.toThrow(
    /opening slow has not answered within 60000 ms/,
  )
  await vi.advanceTimersByTimeAsync(OPEN_MS)
  await first
  const second = recognizer.recognize(segment, call)
  await vi.advanceTimersByTimeAsync(OPEN_MS / 2)
  goOn()
  expect((await second).text).toBe('from the slow one')
  await recognizer.dispose()
})

test('closing waits no longer than opening may take, and frees what is opened later', async () => {
  const { backend, source, goOn } = slowBackend()
  const recognizer = recognizerOf(source)
  const prewarmed = expect(recognizer.prewarm()).rejects.toThrow(/opening slow has not answered/)
  await vi.advanceTimersByTimeAsync(OPEN_MS / 2)
  let closed = false
  const closing = recognizer.dispose().then(() => {
    closed = true
  })
  await vi.advanceTimersByTimeAsync(OPEN_MS / 2 - 1)
  expect(closed).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(closed).toBe(true)
  await closing
  await prewarmed
  goOn()
  await vi.advanceTimersByTimeAsync(0)
  expect(backend.disposed).toBe(1)
})
