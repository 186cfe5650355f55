import { initializeLogger, stt, type VAD } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { expect, test } from 'vitest'
import { STT } from '../sense-voice-stt.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { ScriptedVad } from '../test-data/scripted-vad.ts'
import { frames, silence, spoken, textsOf } from '../test-data/sound.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType
const LOWERED_MS = 2000
const LOWERED_SAMPLES = LOWERED_MS * 16

const word = spoken('en-three-one-four').subarray(0, 12_000)
/** 3 s of somebody who does not stop. */
const speech = joinSamples([word, word, word, word])

test.each<[string, { readonly vad?: VAD }]>([
  ['the VAD inside', {}],
  ['another VAD', { vad: new ScriptedVad([[8000, 8000 + 2 * speech.length]]) }],
])('with %s, a limit that is lowered while somebody speaks cuts what is being said', async (_name, given) => {
  const backend = new ScriptedBackend(
    'clear',
    ({ startSamples, samples }) => `${startSamples} ${samples.length}`,
    200,
  )
  const own = new STT({ backend, maxSegmentMs: 30_000, ...given })
  const stream = own.stream()
  const events: stt.SpeechEvent[] = []
  const heard = (async () => {
    for await (const event of stream) events.push(event)
  })()

  for (const frame of frames(joinSamples([silence(0.5), speech]))) stream.pushFrame(frame)
  const longest = () => Math.max(0, ...backend.calls.map(({ segment }) => segment.samples.length))
  await expect.poll(longest).toBeGreaterThan(LOWERED_SAMPLES)
  expect(textsOf(events, FINAL_TRANSCRIPT)).toEqual([])
  own.updateOptions({ maxSegmentMs: LOWERED_MS })
  for (const frame of frames(joinSamples([speech, silence(1)]))) stream.pushFrame(frame)
  stream.endInput()
  await heard

  const finals = textsOf(events, FINAL_TRANSCRIPT).map((text) => text.split(' ').map(Number))
  expect(finals.length).toBeGreaterThanOrEqual(3)
  let next = finals[0]?.[0]
  for (const [start = Number.NaN, length = Number.NaN] of finals) {
    expect(start).toBe(next)
    expect(length).toBeLessThanOrEqual(LOWERED_SAMPLES)
    next = start + length
  }
  expect(next).toBeGreaterThan(8000 + 1.8 * speech.length)
  const turns = events.flatMap(({ type }) =>
    type === START_OF_SPEECH || type === END_OF_SPEECH ? [type] : [],
  )
  expect(turns).toEqual([START_OF_SPEECH, END_OF_SPEECH])
  await own.close()
})
