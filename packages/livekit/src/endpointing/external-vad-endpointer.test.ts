import { initializeLogger, stt } from '@livekit/agents'
import { expect, test } from 'vitest'
import { STT } from '../sense-voice-stt.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { ScriptedVad } from '../test-data/scripted-vad.ts'
import { eventsOf, frames, silence } from '../test-data/sound.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType

function sttWith(vad: ScriptedVad, maxSegmentMs = 30_000) {
  const backend = new ScriptedBackend(
    'clear',
    ({ startSamples, samples }) => `${startSamples} ${samples.length}`,
  )
  return { own: new STT({ backend, vad, maxSegmentMs }), backend }
}

function countOf(events: readonly stt.SpeechEvent[], type: stt.SpeechEventType): number {
  return events.filter((event) => event.type === type).length
}

test('takes utterances where another VAD hears them, with the sound that it keeps in front', async () => {
  const { own, backend } = sttWith(
    new ScriptedVad([
      [16_000, 32_000],
      [64_000, 80_000],
    ]),
  )
  const events = await eventsOf(own.stream(), frames(silence(7)))
  for (const type of [START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH]) expect(countOf(events, type)).toBe(2)
  const ranges = backend.calls.map(({ segment }) => [
    segment.startSamples,
    segment.startSamples + segment.samples.length,
  ])
  for (const [index, from] of [16_000, 64_000].entries()) {
    const [start = 0, end = 0] = ranges[index] ?? []
    expect(start).toBeLessThanOrEqual(from - 3500)
    expect(start).toBeGreaterThan(from - 6000)
    expect(end).toBeGreaterThanOrEqual(from + 16_000)
    expect(end).toBeLessThan(from + 16_000 + 6000)
  }
  await own.close()
})

test('tells the end of speech by the clock, without the silence that the VAD waited for', async () => {
  const { own } = sttWith(new ScriptedVad([[16_000, 32_000]]))
  const events = await eventsOf(own.stream(), frames(silence(4)))
  const told = Date.now()
  const end = events.find(({ type }) => type === END_OF_SPEECH)
  expect(end?.speechEndTime).toBeLessThanOrEqual(told - 320)
  expect(end?.speechEndTime).toBeGreaterThan(told - 320 - 5000)
  await own.close()
})

test('cuts what is longer than the limit, and the next stream by the limit that holds then', async () => {
  const { own, backend } = sttWith(new ScriptedVad([[0, 96_000]]), 2000)
  const events = await eventsOf(own.stream(), frames(silence(7)))
  expect(countOf(events, START_OF_SPEECH)).toBe(1)
  expect(countOf(events, END_OF_SPEECH)).toBe(1)
  const lengths = backend.calls.map(({ segment }) => segment.samples.length)
  expect(Math.max(...lengths)).toBe(32_000)
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBeGreaterThanOrEqual(96_000)
  own.updateOptions({ maxSegmentMs: 1000 })
  await eventsOf(own.stream(), frames(silence(7)))
  expect(Math.max(...backend.calls.slice(lengths.length).map(({ segment }) => segment.samples.length))).toBe(
    16_000,
  )
  await own.close()
})

test('ends an utterance that goes on at the end of the sound', async () => {
  const { own, backend } = sttWith(new ScriptedVad([[16_000, 1e9]]))
  const events = await eventsOf(own.stream(), frames(silence(3)))
  expect(countOf(events, FINAL_TRANSCRIPT)).toBe(1)
  const [call] = backend.calls
  expect((call?.segment.startSamples ?? 0) + (call?.segment.samples.length ?? 0)).toBe(48_000)
  await own.close()
})

test('refuses options of the VAD inside beside another VAD, and numbers that are none', () => {
  const backend = new ScriptedBackend('clear', () => '')
  const make = () => new STT({ backend, vad: new ScriptedVad([]), endpointing: { hangOverMs: 300 } })
  expect(make).toThrow(/endpointing is for the VAD inside/)
  const withPath = () => new STT({ backend, vad: new ScriptedVad([]), vadModelPath: 'silero_vad.onnx' })
  expect(withPath).toThrow(/vadModelPath is for the VAD inside/)
  expect(() => new STT({ backend, endpointing: { hangOverMs: -1 } })).toThrow(/hangOverMs/)
  expect(() => new STT({ backend, retry: { attempts: 0 } })).toThrow(/attempts/)
  for (const maxBacklogMs of [Number.NaN, -1, 999, 3_600_001]) {
    expect(() => new STT({ backend, maxBacklogMs })).toThrow(/maxBacklogMs must be 1000 to 3600000/)
  }
})
