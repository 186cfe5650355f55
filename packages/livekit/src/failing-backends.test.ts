import { APIConnectionError, initializeLogger, stt } from '@livekit/agents'
import { joinSamples, SpeechError } from '@sensevoice-web/engine'
import { seededRandom } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import { otherSttBackend } from './backends/other-stt.ts'
import type { RetryOptions } from './recognition/retry-options.ts'
import { STT } from './sense-voice-stt.ts'
import { ScriptedBackend } from './test-data/scripted-backend.ts'
import { eventsOf, frames, silence, spoken, textsOf } from './test-data/sound.ts'

const { START_OF_SPEECH, INTERIM_TRANSCRIPT, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType
const RETRY: Partial<RetryOptions> = { attempts: 3, backoffMs: 1 }
const NOW = { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 1000 }

initializeLogger({ pretty: false, level: 'silent' })

const word = spoken('en-three-one-four').subarray(0, 12_000)

/** So many utterances with a second of silence behind each. */
function utterances(count: number): Float32Array {
  const parts = [silence(0.4)]
  for (let index = 0; index < count; index += 1) parts.push(word, silence(1))
  return joinSamples(parts)
}

/** Text by the place of the utterance: the same sound gives the same text, however often it is asked for. */
function placeOf({ startSamples }: { readonly startSamples: number }): string {
  return `at ${Math.round((startSamples - 6400) / (word.length + 16_000))}`
}

function down(): never {
  throw new SpeechError('network', 'the server is down', { retryable: true })
}

test('gives 100 finals in order, none twice, while one try in three fails', async () => {
  const random = seededRandom(5)
  let failed = 0
  const backend = new ScriptedBackend(
    'shaky',
    (segment) => {
      if (random() < 1 / 3) {
        failed += 1
        down()
      }
      return placeOf(segment)
    },
    400,
  )
  const steady = new ScriptedBackend('steady', placeOf)
  const own = new STT({ backend, fallbacks: [steady], retry: { ...RETRY, attempts: 10 } })
  const events = await eventsOf(own.stream(), frames(utterances(100)))
  const expected = Array.from({ length: 100 }, (_, index) => `at ${index}`)
  expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual(expected)
  const turns = events.filter(({ type }) => type === START_OF_SPEECH || type === END_OF_SPEECH)
  expect(turns.map(({ type }) => type)).toEqual(expected.flatMap(() => [START_OF_SPEECH, END_OF_SPEECH]))
  expect(failed).toBeGreaterThan(20)
  expect(own.counters.retried).toBeGreaterThan(0)
  expect(own.counters).toMatchObject({ givenUp: 0, unanswered: 0, droppedSamples: 0 })
  await own.close()
})

test('replaces a backend that fails for good, for that utterance, with its kept sound', async () => {
  let up = true
  const first = new ScriptedBackend('first', (segment) => (up ? placeOf(segment) : down()))
  const second = new ScriptedBackend('second', (segment) => {
    up = true
    return placeOf(segment)
  })
  const own = new STT({ backend: first, fallbacks: [second], retry: RETRY })
  const stream = own.stream()
  const finals: [string, unknown][] = []
  const heard = (async () => {
    for await (const { type, alternatives } of stream) {
      const [data] = alternatives ?? []
      if (type !== FINAL_TRANSCRIPT || data === undefined) continue
      finals.push([data.text, data.metadata?.['backend']])
      up = finals.length !== 1
    }
  })()
  for (const frame of frames(utterances(3))) stream.pushFrame(frame)
  stream.endInput()
  await heard
  expect(finals).toEqual([
    ['at 0', 'first'],
    ['at 1', 'second'],
    ['at 2', 'first'],
  ])
  expect(first.calls.filter(({ segment }) => placeOf(segment) === 'at 1')).toHaveLength(3)
  expect(second.calls[0]?.segment.samples).toEqual(first.calls[1]?.segment.samples)
  expect(own.counters).toMatchObject({ retried: 2, replaced: 1, givenUp: 0 })
  await own.close()
})

test('asks a backend that does not answer once, and goes on with the next', async () => {
  const hanging = new ScriptedBackend('hanging', () => new Promise<string>(() => {}))
  const second = new ScriptedBackend('second', placeOf)
  const own = new STT({ backend: hanging, fallbacks: [second], retry: { ...RETRY, answerMs: 200 } })
  const events = await eventsOf(own.stream(), frames(utterances(1)))
  expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual(['at 0'])
  expect(hanging.calls).toHaveLength(1)
  await own.close()
})

test('takes another STT of LiveKit’s when its own model cannot be loaded', async () => {
  const broken = new ScriptedBackend('broken', placeOf)
  broken.openFailure = new SpeechError('out-of-memory', 'there is 1 MB')
  for (const streaming of [true, false]) {
    const other = new stt.testing.FakeSTT({
      label: 'other',
      fakeTranscript: 'from elsewhere',
      fakeRequireAudio: true,
      capabilities: { streaming },
    })
    const own = new STT({ backend: broken, fallbacks: [otherSttBackend(other)], retry: RETRY })
    const events = await eventsOf(own.stream(), frames(utterances(2)))
    expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual(['from elsewhere', 'from elsewhere'])
    await own.close()
  }
  expect(broken.calls).toEqual([])
})

test('keeps an utterance over LiveKit’s own retry, when no backend answers in the first round', async () => {
  let rounds = 0
  const backend = new ScriptedBackend('late', (segment) => {
    rounds += 1
    return rounds <= 2 ? down() : placeOf(segment)
  })
  const own = new STT({ backend, retry: { ...RETRY, attempts: 1 } })
  const stream = own.stream({ connOptions: { maxRetry: 3, retryIntervalMs: 1, timeoutMs: 1000 } })
  const events = await eventsOf(stream, frames(utterances(3)))
  expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual(['at 0', 'at 1', 'at 2'])
  expect(own.counters).toMatchObject({ givenUp: 2, unanswered: 0 })
  await own.close()
})

test('fails with what every backend said when LiveKit does not retry, and leaves nothing', async () => {
  const own = new STT({
    backend: new ScriptedBackend('first', down),
    fallbacks: [new ScriptedBackend('second', down)],
    retry: RETRY,
  })
  const errors: Error[] = []
  own.on('error', ({ error }) => errors.push(error))
  const events = await eventsOf(own.stream({ connOptions: NOW }), frames(utterances(1)))
  expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual([])
  expect(errors).toHaveLength(1)
  expect(errors[0]).toBeInstanceOf(APIConnectionError)
  expect(errors[0]?.message).toMatch(/first: the server is down; second: the server is down/)
  await expect.poll(() => own.openStreams).toBe(0)
  expect(own.counters.unanswered).toBe(1)
  await own.close()
})

test('counts every utterance that the end of its stream leaves without an answer, not only the one that was tried', async () => {
  let giveUp: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    giveUp = resolve
  })
  const backend = new ScriptedBackend('down', async () => {
    await held
    return down()
  })
  const own = new STT({ backend, retry: { ...RETRY, attempts: 1 } })
  own.on('error', () => {})
  const stream = own.stream({ connOptions: NOW })
  // The start of the fourth tells that three have ended.
  for (const frame of frames(joinSamples([utterances(3), word]))) stream.pushFrame(frame)
  let started = 0
  for await (const { type } of stream) {
    if (type === START_OF_SPEECH) started += 1
    if (started === 4) giveUp()
  }
  await expect.poll(() => own.openStreams).toBe(0)
  expect(backend.calls).toHaveLength(1)
  expect(own.counters).toMatchObject({ givenUp: 1, unanswered: 3 })
  await own.close()
})

test('lets LiveKit’s FallbackAdapter go on with the next STT', async () => {
  const own = new STT({ backend: new ScriptedBackend('down', down), retry: { ...RETRY, attempts: 1 } })
  const spare = new STT({ backend: new ScriptedBackend('spare', () => 'from the spare') })
  const adapter = new stt.FallbackAdapter({
    sttInstances: [own, spare],
    maxRetryPerSTT: 0,
    retryIntervalMs: 1,
  })
  const stream = adapter.stream()
  const switched = new Promise<void>((resolve) => {
    ;(adapter as unknown as NodeJS.EventEmitter).once('stt_availability_changed', () => resolve())
  })
  for (const frame of frames(utterances(1))) stream.pushFrame(frame)
  await switched
  for (const frame of frames(utterances(1))) stream.pushFrame(frame)
  stream.endInput()
  const finals: string[] = []
  for await (const event of stream) finals.push(...textsOf([event], FINAL_TRANSCRIPT))
  expect(finals).toEqual(['from the spare'])
  await adapter.close()
  await Promise.all([own.close(), spare.close()])
})

test('leaves nothing behind when it is closed in the middle of a recognition', async () => {
  const hanging = new ScriptedBackend('hanging', (_segment, { signal }) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  })
  const own = new STT({ backend: hanging, retry: { answerMs: 60_000 } })
  const stream = own.stream()
  for (const frame of frames(utterances(2))) stream.pushFrame(frame)
  await expect.poll(() => hanging.running).toBe(1)
  stream.close()
  await stream.end()
  expect(own.openStreams).toBe(0)
  expect(hanging.running).toBe(0)
  for await (const event of stream) expect(event.type).not.toBe(FINAL_TRANSCRIPT)
  const another = own.stream()
  another.pushFrame(frames(utterances(1))[0] ?? expect.fail('no frame'))
  await own.close()
  expect(own.openStreams).toBe(0)
  expect(hanging.disposed).toBe(1)
  expect(() => own.stream()).toThrow(/closed/)
})

test('ends a recognition of a buffer with the caller’s signal', async () => {
  const hanging = new ScriptedBackend('hanging', () => new Promise<string>(() => {}))
  const own = new STT({ backend: hanging })
  const controller = new AbortController()
  const asked = own.recognize(frames(word), controller.signal)
  await expect.poll(() => hanging.running).toBe(1)
  controller.abort(new Error('nobody waits any more'))
  await expect(asked).rejects.toThrow('nobody waits any more')
  await own.close()
})

test('shows what is being said, and cuts long speech without ending the turn', async () => {
  const backend = new ScriptedBackend(
    'clear',
    (segment) => `${Math.round(segment.samples.length / 1600)}`,
    200,
  )
  const own = new STT({ backend, maxSegmentMs: 2000 })
  const long = joinSamples([silence(0.5), word, word, word, word, word, silence(1)])
  const events = await eventsOf(own.stream(), frames(long))
  const count = (type: stt.SpeechEventType) => events.filter((event) => event.type === type).length
  expect(count(START_OF_SPEECH)).toBe(1)
  expect(count(END_OF_SPEECH)).toBe(1)
  expect(count(FINAL_TRANSCRIPT)).toBeGreaterThan(1)
  expect(count(INTERIM_TRANSCRIPT)).toBeGreaterThan(2)
  const finals = events
    .filter(({ type }) => type === FINAL_TRANSCRIPT)
    .flatMap(({ alternatives = [] }) => alternatives)
  for (const { startTime, endTime } of finals) expect(endTime - startTime).toBeLessThanOrEqual(2.0001)
  expect(textsOf(events, END_OF_SPEECH)).toEqual([textsOf(events, FINAL_TRANSCRIPT).join(' ')])
  await own.close()
})

test('drops the oldest sound when recognition does not keep up, counts it, and still ends every turn', async () => {
  let goOn: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const backend = new ScriptedBackend('slow', async (segment) => {
    await held
    return placeOf(segment)
  })
  const own = new STT({ backend, maxBacklogMs: 2500 })
  const stream = own.stream()
  for (const frame of frames(utterances(6))) stream.pushFrame(frame)
  stream.endInput()
  await expect.poll(() => own.counters.droppedSamples).toBeGreaterThan(0)
  goOn()
  const events: stt.SpeechEvent[] = []
  for await (const event of stream) events.push(event)
  const texts = textsOf(events, FINAL_TRANSCRIPT)
  expect(texts[0]).toBe('at 0')
  expect(texts.at(-1)).toBe('at 5')
  expect(texts.length).toBeLessThan(6)
  expect(own.counters.unanswered).toBe(0)
  const turns = events.filter(({ type }) => type === START_OF_SPEECH || type === END_OF_SPEECH)
  expect(turns.map(({ type }) => type)).toEqual(
    Array.from({ length: 6 }, () => [START_OF_SPEECH, END_OF_SPEECH]).flat(),
  )
  await own.close()
})

test('asks only a backend that is made for it while somebody speaks, never its replacement', async () => {
  const first = new ScriptedBackend('first', down, 100)
  const spare = new ScriptedBackend('spare', placeOf)
  const own = new STT({ backend: first, fallbacks: [spare], retry: { ...RETRY, attempts: 1 } })
  await eventsOf(own.stream(), frames(utterances(4)))
  expect(spare.calls.map(({ call }) => call.kind)).toEqual(['final', 'final', 'final', 'final'])
  expect(first.calls.some(({ call }) => call.kind !== 'final')).toBe(true)
  await own.close()
})
