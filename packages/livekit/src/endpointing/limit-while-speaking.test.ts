import { initializeLogger, stt, type VAD } from '@livekit/agents'
import { expect, test } from 'vitest'
import { STT } from '../sense-voice-stt.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { ScriptedVad } from '../test-data/scripted-vad.ts'
import { frames, silence, spoken } from '../test-data/sound.ts'
import { together } from '../together.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { START_OF_SPEECH, END_OF_SPEECH } = stt.SpeechEventType
const LOWERED_MS = 2000
const LOWERED_SAMPLES = LOWERED_MS * 16

const word = spoken('en-three-one-four').subarray(0, 12_000)
/** 3 s of somebody who does not stop. */
const speech = together(word, word, word, word)

test.each<[string, { readonly vad?: VAD }]>([
  ['the VAD inside', {}],
  ['another VAD', { vad: new ScriptedVad([[8000, 8000 + 2 * speech.length]]) }],
])('with %s, a limit that is lowered while somebody speaks cuts what is being said', async (_name, given) => {
  const backend = new ScriptedBackend('clear', ({ samples }) => `${samples.length}`, 200)
  const lengthsOf = (kind: string) =>
    backend.calls.flatMap(({ segment, call }) => (call.kind === kind ? segment.samples.length : []))
  const own = new STT({ backend, maxSegmentMs: 30_000, ...given })
  const stream = own.stream()
  const types: stt.SpeechEventType[] = []
  const heard = (async () => {
    for await (const { type } of stream) types.push(type)
  })()

  for (const frame of frames(together(silence(0.5), speech))) stream.pushFrame(frame)
  await expect.poll(() => Math.max(0, ...lengthsOf('partial'))).toBeGreaterThan(LOWERED_SAMPLES)
  expect(lengthsOf('final')).toEqual([])
  own.updateOptions({ maxSegmentMs: LOWERED_MS })
  for (const frame of frames(together(speech, silence(1)))) stream.pushFrame(frame)
  stream.endInput()
  await heard

  const lengths = lengthsOf('final')
  expect(lengths.length).toBeGreaterThanOrEqual(3)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(LOWERED_SAMPLES)
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(1.8 * speech.length)
  const turns = types.filter((type) => type === START_OF_SPEECH || type === END_OF_SPEECH)
  expect(turns).toEqual([START_OF_SPEECH, END_OF_SPEECH])
  await own.close()
})
