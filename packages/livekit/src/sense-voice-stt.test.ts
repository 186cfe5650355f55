import { initializeLogger, stt } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadedModels, localBackend, prewarmLocal } from './backends/local.ts'
import { STT } from './sense-voice-stt.ts'
import { ScriptedBackend } from './test-data/scripted-backend.ts'
import { digits, eventsOf, frames, silence, spoken, textsOf } from './test-data/sound.ts'

const { SpeechEventType } = stt
const { START_OF_SPEECH, INTERIM_TRANSCRIPT, FINAL_TRANSCRIPT, END_OF_SPEECH, RECOGNITION_USAGE } =
  SpeechEventType

initializeLogger({ pretty: false, level: 'silent' })

describe('with the embedded model', () => {
  let own: STT
  beforeAll(async () => {
    own = new STT({ backend: localBackend() })
    await own.prewarm()
  })
  afterAll(() => own.close())

  test('tells recorded digits: start, interims, final with words and times, end, usage', async () => {
    const sound = joinSamples([silence(0.5), digits(), silence(1)])
    const events = await eventsOf(own.stream(), frames(sound))
    const types = events.map(({ type }) => type)
    expect(types.filter((type) => type === START_OF_SPEECH).length).toBeGreaterThan(0)
    expect(types.filter((type) => type === START_OF_SPEECH)).toHaveLength(
      types.filter((type) => type === END_OF_SPEECH).length,
    )
    expect(types[0]).toBe(START_OF_SPEECH)
    expect(types.at(-1)).toBe(RECOGNITION_USAGE)
    expect(types.indexOf(INTERIM_TRANSCRIPT)).toBeLessThan(types.indexOf(FINAL_TRANSCRIPT))
    expect(types.indexOf(FINAL_TRANSCRIPT)).toBeLessThan(types.indexOf(END_OF_SPEECH))
    const text = textsOf(events, FINAL_TRANSCRIPT).join(' ')
    expect(text).toMatch(/\d/)
    for (const { type, alternatives } of events) {
      if (type !== FINAL_TRANSCRIPT) continue
      const [data] = alternatives ?? []
      expect(data?.language).toBe('en')
      expect(data?.confidence).toBeGreaterThan(0.3)
      const words = data?.words ?? []
      expect(words.map((word) => word.text).join(' ')).toBe(data?.text)
      let last = data?.startTime ?? Number.NaN
      for (const { startTime = Number.NaN, endTime = Number.NaN } of words) {
        expect(startTime).toBeGreaterThanOrEqual(last)
        expect(endTime).toBeGreaterThan(startTime)
        expect(endTime).toBeLessThanOrEqual((data?.endTime ?? 0) + 1e-6)
        last = startTime
      }
      const { emotionScores, eventScores, languageScores } = (data?.metadata ?? {}) as Record<
        string,
        Record<string, number>
      >
      for (const scores of [emotionScores, eventScores, languageScores]) {
        const sum = Object.values(scores ?? {}).reduce((all, score) => all + score, 0)
        expect(sum).toBeCloseTo(1, 5)
      }
      expect(data?.metadata).toMatchObject({ backend: 'local', languageForced: false })
    }
  })

  test('tells the same of 48 kHz stereo', async () => {
    const sound = joinSamples([silence(0.5), digits(), silence(1)])
    const [low, high] = [
      await eventsOf(own.stream(), frames(sound)),
      await eventsOf(own.stream(), frames(sound, 48_000, 2)),
    ]
    expect(textsOf(high, FINAL_TRANSCRIPT)).toEqual(textsOf(low, FINAL_TRANSCRIPT))
  })

  test('tells two languages with their names, on the clock of the session', async () => {
    const sound = joinSamples([
      silence(0.5),
      spoken('en-three-one-four'),
      silence(1.5),
      spoken('zh-yu-yin-shi-bie'),
      silence(1),
    ])
    const stream = own.stream()
    stream.startTimeOffset = 100
    const events = await eventsOf(stream, frames(sound))
    const finals = events.flatMap(({ type, alternatives = [] }) =>
      type === FINAL_TRANSCRIPT ? alternatives : [],
    )
    expect(finals.map(({ language }) => language)).toEqual(['en', 'zh'])
    expect(finals[0]?.startTime).toBeGreaterThan(100)
    expect(finals[0]?.startTime).toBeLessThan(101)
    const audio = events.flatMap(({ recognitionUsage }) => recognitionUsage?.audioDuration ?? [])
    expect(audio).toHaveLength(2)
    expect(finals.map(({ startTime, endTime }) => endTime - startTime)[0]).toBeCloseTo(audio[0] ?? 0, 3)
  })

  test('hears nothing in silence', async () => {
    expect(await eventsOf(own.stream(), frames(silence(3)))).toEqual([])
  })

  test('recognizes a buffer as one utterance', async () => {
    const event = await own.recognize(frames(spoken('en-three-one-four')))
    expect(event.type).toBe(FINAL_TRANSCRIPT)
    expect(event.alternatives?.[0].text).toBe('3 1 4.')
  })

  test('ends the utterance where it is flushed', async () => {
    const stream = own.stream()
    for (const frame of frames(joinSamples([silence(0.5), spoken('en-three-one-four')])))
      stream.pushFrame(frame)
    stream.flush()
    const events: stt.SpeechEvent[] = []
    for await (const event of stream) {
      events.push(event)
      if (event.type === END_OF_SPEECH) break
    }
    expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual(['3 1 4.'])
    stream.close()
  })

  test('takes changes in the middle of a stream', async () => {
    const changing = new STT({ backend: localBackend() })
    const stream = changing.stream()
    const speech = joinSamples([silence(0.5), spoken('en-three-one-four'), silence(1.5)])
    const iterator = stream[Symbol.asyncIterator]()
    const finalOf = async () => {
      for (;;) {
        const { value, done } = await iterator.next()
        if (done) throw new Error('the stream has ended')
        if (value.type === FINAL_TRANSCRIPT) return value.alternatives?.[0]
      }
    }
    for (const frame of frames(speech)) stream.pushFrame(frame)
    expect((await finalOf())?.text).toBe('3 1 4.')
    changing.updateOptions({ useItn: false, language: 'en' })
    for (const frame of frames(speech)) stream.pushFrame(frame)
    const plain = await finalOf()
    expect(plain?.text).toBe('three one four')
    expect(plain?.metadata).toMatchObject({ languageForced: true })
    expect(() => changing.updateOptions({ language: 'klingon' as 'en', maxSegmentMs: 5 })).toThrow(
      /language must be one of .*maxSegmentMs must be/,
    )
    expect(changing.settings).toEqual({ language: 'en', useItn: false, maxSegmentMs: 30_000 })
    await changing.close()
  })

  test('shares one model among all STTs of the process, and keeps it when it was prewarmed', async () => {
    const before = loadedModels()
    const options = { parallel: 1 }
    const two = [new STT({ backend: localBackend(options) }), new STT({ backend: localBackend(options) })]
    await Promise.all(two.map((one) => one.prewarm()))
    expect(loadedModels()).toBe(before + 1)
    await Promise.all([prewarmLocal(options), prewarmLocal(options)])
    await Promise.all(two.map((one) => one.close()))
    expect(loadedModels()).toBe(before + 1)
  })
})

test('prewarming loads the VAD too, and says why that cannot be', async () => {
  const wrong = new STT({
    backend: new ScriptedBackend('there', () => 'text'),
    vadModelPath: '/nowhere/silero.onnx',
  })
  await expect(wrong.prewarm()).rejects.toMatchObject({
    code: 'model-not-found',
    message: expect.stringContaining('/nowhere/silero.onnx'),
  })
  await wrong.close()
})

test('a limit that its endpointing cannot keep is refused, and nothing is changed', async () => {
  const backend = new ScriptedBackend('there', () => 'text')
  const own = new STT({ backend, endpointing: { preRollMs: 600 } })
  const open = own.stream()
  for (const frame of frames(silence(0.1))) open.pushFrame(frame)
  const changes = { language: 'en', useItn: false, maxSegmentMs: 1000 } as const
  expect(() => own.updateOptions(changes)).toThrow(/softCutMs 500 must be at least preRollMs 600/)
  expect(own.settings).toEqual({ language: 'auto', useItn: true, maxSegmentMs: 30_000 })
  const sound = frames(joinSamples([silence(0.5), spoken('en-three-one-four'), silence(1)]))
  for (const stream of [open, own.stream()]) {
    expect(textsOf(await eventsOf(stream, sound), FINAL_TRANSCRIPT)).toEqual(['text'])
  }
  await own.close()
})
