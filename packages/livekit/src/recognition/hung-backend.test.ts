import { SpeechError } from '@sensevoice-web/engine'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { UtteranceCall } from '../backend.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { DEFAULT_RETRY } from './retry-options.ts'
import { type RecognitionTrouble, UtteranceRecognizer } from './utterance-recognizer.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const LENGTH_MS = 3000
const EVERY_MS = 4000
const ANSWER_MS = DEFAULT_RETRY.answerMs + LENGTH_MS
const segment = { id: 0, startSamples: 0, samples: new Float32Array(LENGTH_MS * 16) }
const call: UtteranceCall = { kind: 'final', stream: 'one', signal: new AbortController().signal }

/** Frozen until `thaw`: it takes what it is asked and says nothing. */
function frozenBackend() {
  let frozen = true
  const backend = new ScriptedBackend('frozen', () =>
    frozen ? new Promise<string>(() => {}) : 'from the first',
  )
  return {
    backend,
    thaw: () => {
      frozen = false
    },
  }
}

function recognizerOf(...backends: readonly ScriptedBackend[]) {
  const troubles: RecognitionTrouble[] = []
  const recognizer = new UtteranceRecognizer(backends, DEFAULT_RETRY, (trouble) => troubles.push(trouble))
  const textAfter = async (waitedMs: number) => {
    let text: string | undefined
    const asked = recognizer.recognize(segment, call).then((answer) => {
      text = answer.text
    })
    asked.catch(() => {})
    await vi.advanceTimersByTimeAsync(waitedMs)
    return text
  }
  return { recognizer, troubles, textAfter }
}

test('a backend that hangs costs its time once in half a minute, not for each utterance', async () => {
  const { backend, thaw } = frozenBackend()
  const spare = new ScriptedBackend('spare', () => 'from the spare')
  const { troubles, textAfter } = recognizerOf(backend, spare)
  expect(await textAfter(ANSWER_MS - 1)).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(spare.calls).toHaveLength(1)
  for (let restedMs = 0; restedMs < 28_000; restedMs += EVERY_MS) {
    expect(await textAfter(0)).toBe('from the spare')
    await vi.advanceTimersByTimeAsync(EVERY_MS)
  }
  expect(backend.calls).toHaveLength(1)
  expect(troubles.map(({ type }) => type)).toEqual(Array.from({ length: 8 }, () => 'replaced'))
  await vi.advanceTimersByTimeAsync(2000)
  expect(await textAfter(ANSWER_MS)).toBe('from the spare')
  expect(backend.calls).toHaveLength(2)
  thaw()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await textAfter(0)).toBe('from the first')
  expect(await textAfter(0)).toBe('from the first')
})

test('a backend that hung is asked after all when nobody else can answer', async () => {
  const { backend, thaw } = frozenBackend()
  let up = true
  const spare = new ScriptedBackend('spare', () => {
    if (up) return 'from the spare'
    throw new SpeechError('invalid-argument', 'the server is down')
  })
  const { textAfter } = recognizerOf(backend, spare)
  expect(await textAfter(ANSWER_MS)).toBe('from the spare')
  up = false
  thaw()
  expect(await textAfter(0)).toBe('from the first')
  expect(spare.calls).toHaveLength(2)
  // It answers again: its rest is over.
  expect(await textAfter(0)).toBe('from the first')
  expect(spare.calls).toHaveLength(2)
})

test('a failure that took long is not tried again while another can answer', async () => {
  const slow = new ScriptedBackend('slow', async () => {
    await new Promise((resolve) => setTimeout(resolve, 6000))
    throw new SpeechError('network', 'nothing was heard of the server', { retryable: true })
  })
  const spare = new ScriptedBackend('spare', () => 'from the spare')
  const { textAfter } = recognizerOf(slow, spare)
  expect(await textAfter(6000)).toBe('from the spare')
  expect(await textAfter(0)).toBe('from the spare')
  expect(slow.calls).toHaveLength(1)
})

test('the only backend is asked for each utterance, however it did', async () => {
  const { backend, thaw } = frozenBackend()
  const { textAfter } = recognizerOf(backend)
  expect(await textAfter(ANSWER_MS)).toBeUndefined()
  thaw()
  expect(await textAfter(0)).toBe('from the first')
})
