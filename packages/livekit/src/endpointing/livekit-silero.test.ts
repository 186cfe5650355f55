import { inference, initializeLogger, stt } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { localBackend } from '../backends/local.ts'
import { STT } from '../sense-voice-stt.ts'
import { eventsOf, frames, silence, spoken, textsOf } from '../test-data/sound.ts'

const { START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType
const THREE_ONE_FOUR = '3 1 4.'

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }))

function open(): STT {
  const own = new STT({ vad: new inference.VAD(), backend: localBackend({ parallel: 1 }), language: 'en' })
  onTestFinished(() => own.close())
  return own
}

test('LiveKit’s own Silero ends utterances, each with its words and in its place', async () => {
  const word = spoken('en-three-one-four')
  const sound = joinSamples([silence(0.5), word, silence(1.5), word, silence(1.5)])
  const events = await eventsOf(open().stream(), frames(sound))
  expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual([THREE_ONE_FOUR, THREE_ONE_FOUR])
  const order = events.map(({ type }) => type)
  const marks = order.filter((type) => [START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH].includes(type))
  expect(marks.filter((type) => type === START_OF_SPEECH)).toHaveLength(2)
  expect(marks.filter((type) => type === END_OF_SPEECH)).toHaveLength(2)
  const finals = events.flatMap(({ type, alternatives }) =>
    type === FINAL_TRANSCRIPT && alternatives ? [alternatives[0]] : [],
  )
  const secondAt = 0.5 + word.length / 16_000 + 1.5
  expect(finals[0]?.endTime).toBeLessThan(secondAt)
  expect(Math.abs((finals[1]?.startTime ?? 0) - secondAt)).toBeLessThan(1)
})

test('a flush in the middle of speech ends the utterance there, and the next one is heard', async () => {
  const word = spoken('en-three-one-four')
  const stream = open().stream()
  for (const frame of frames(joinSamples([silence(0.5), word]))) stream.pushFrame(frame)
  stream.flush()
  for (const frame of frames(joinSamples([silence(1), word, silence(1.5)]))) stream.pushFrame(frame)
  stream.endInput()
  const texts: string[] = []
  for await (const { type, alternatives } of stream) {
    if (type === FINAL_TRANSCRIPT) texts.push(alternatives?.[0].text ?? '')
  }
  expect(texts).toEqual([THREE_ONE_FOUR, THREE_ONE_FOUR])
})
