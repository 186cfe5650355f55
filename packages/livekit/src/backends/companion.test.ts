import { initializeLogger, stt } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Companion, startCompanion } from '../../../server/src/serve/companion.ts'
import { readServeConfig } from '../../../server/src/serve/config.ts'
import { STT } from '../sense-voice-stt.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { eventsOf, frames, silence, spoken, textsOf } from '../test-data/sound.ts'
import { companionBackend } from './companion.ts'
import { localBackend } from './local.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { FINAL_TRANSCRIPT, INTERIM_TRANSCRIPT } = stt.SpeechEventType
const sound = joinSamples([
  silence(0.5),
  spoken('en-three-one-four'),
  silence(1),
  spoken('zh-yu-yin-shi-bie'),
  silence(1),
])

let companion: Companion
beforeAll(async () => {
  companion = await startCompanion(readServeConfig(['--port', '0', '--drain-seconds', '1'], {}))
})
afterAll(() => companion.drain())

const urlOf = (path: string) => companion.url.replace('http', 'ws') + path

async function finalsOf(own: STT): Promise<stt.SpeechData[]> {
  const events = await eventsOf(own.stream(), frames(sound))
  return events.flatMap(({ type, alternatives = [] }) => (type === FINAL_TRANSCRIPT ? alternatives : []))
}

test('gives through a companion what the same model gives here', async () => {
  const here = new STT({ backend: localBackend() })
  const there = new STT({ backend: companionBackend({ url: urlOf('/ws/agent-{id}') }) })
  const [own, served] = [await finalsOf(here), await finalsOf(there)]
  expect(served.map(({ text }) => text)).toEqual(['3 1 4.', '语音识别。'])
  for (const [index, data] of served.entries()) {
    const { metadata, words, ...rest } = data
    expect(rest).toEqual({ ...own[index], metadata: undefined, words: undefined, ...rest })
    expect(rest.startTime).toBeCloseTo(own[index]?.startTime ?? Number.NaN, 6)
    expect(words?.map(({ text }) => text)).toEqual(own[index]?.words?.map(({ text }) => text))
    for (const [at, { startTime }] of (words ?? []).entries()) {
      expect(startTime).toBeCloseTo(own[index]?.words?.[at]?.startTime ?? Number.NaN, 6)
    }
    expect(metadata).toMatchObject({ backend: 'companion', emotion: own[index]?.metadata?.['emotion'] })
  }
  expect(there.model).not.toBe('companion')
  await Promise.all([here.close(), there.close()])
})

test('recognizes for many streams at once over ids of their own', async () => {
  const own = new STT({ backend: companionBackend({ url: urlOf('/ws/crowd-{id}'), parallel: 4 }) })
  const all = await Promise.all(Array.from({ length: 6 }, () => finalsOf(own)))
  for (const finals of all) expect(finals.map(({ text }) => text)).toEqual(['3 1 4.', '语音识别。'])
  await own.close()
})

test('goes one after another where the address has one id, and shows interims', async () => {
  const own = new STT({ backend: companionBackend({ url: urlOf('/ws/single') }) })
  const [first, second] = await Promise.all([
    eventsOf(own.stream(), frames(sound)),
    eventsOf(own.stream(), frames(sound)),
  ])
  for (const events of [first, second]) {
    expect(textsOf(events ?? [], FINAL_TRANSCRIPT)).toEqual(['3 1 4.', '语音识别。'])
    expect(textsOf(events ?? [], INTERIM_TRANSCRIPT).length).toBeGreaterThan(0)
  }
  await own.close()
})

test('a companion that refuses is replaced', async () => {
  const own = new STT({
    backend: companionBackend({ url: urlOf('/nowhere') }),
    fallbacks: [new ScriptedBackend('spare', () => 'from the spare')],
    retry: { attempts: 1 },
  })
  expect((await finalsOf(own)).map(({ text }) => text)).toEqual(['from the spare', 'from the spare'])
  await own.close()
})
