import { initializeLogger, Plugin, stt } from '@livekit/agents'
import { expect, test } from 'vitest'
import { createSttFromEnv, registerSttProvider, STT, sttProviders } from './index.ts'
import { ScriptedVad } from './test-data/scripted-vad.ts'
import { eventsOf, frames, silence, spoken, textsOf } from './test-data/sound.ts'
import { together } from './together.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { FINAL_TRANSCRIPT } = stt.SpeechEventType
const speech = spoken('en-three-one-four')
const sound = frames(together(silence(0.5), speech, silence(1)))

registerSttProvider(
  'elsewhere',
  () => new stt.testing.FakeSTT({ label: 'elsewhere', fakeTranscript: 'hello', fakeRequireAudio: true }),
)

test('makes a working STT of no variables at all', async () => {
  const own = createSttFromEnv({ env: {} })
  expect(textsOf(await eventsOf(own.stream(), sound), FINAL_TRANSCRIPT)).toEqual(['3 1 4.'])
  await own.close()
})

test('hands the variables on', async () => {
  const own = createSttFromEnv({
    env: {
      STT_PROVIDER: 'funasr',
      FUNASR_USE_ITN: 'false',
      FUNASR_LANGUAGE: 'en',
      FUNASR_MAX_SEGMENT_TIME: '9000',
    },
  })
  expect(own).toBeInstanceOf(STT)
  expect((own as STT).settings).toEqual({ language: 'en', useItn: false, maxSegmentMs: 9000 })
  expect(textsOf(await eventsOf(own.stream(), sound), FINAL_TRANSCRIPT)).toEqual(['three one four'])
  await own.close()
})

test('makes what was registered, and takes it over when the first cannot be used', async () => {
  expect(sttProviders()).toEqual(['sensevoice', 'funasr', 'elsewhere'])
  expect(createSttFromEnv({ env: { STT_PROVIDER: 'elsewhere' } }).label).toBe('elsewhere')
  const own = createSttFromEnv({
    env: { SENSEVOICE_MODEL_DIR: '/nowhere', STT_FALLBACK_PROVIDER: 'elsewhere' },
  })
  expect(textsOf(await eventsOf(own.stream(), sound), FINAL_TRANSCRIPT)).toEqual(['hello'])
  await own.close()
  expect(() => registerSttProvider('sensevoice', () => own)).toThrow(/already/)
})

test('names every wrong value in one error', () => {
  const make = () =>
    createSttFromEnv({ env: { STT_PROVIDER: 'x', FUNASR_LANGUAGE: 'y', FUNASR_DEVICE: 'z' } })
  expect(make).toThrow(
    /STT_PROVIDER must be one of sensevoice, funasr, elsewhere.*FUNASR_LANGUAGE.*FUNASR_DEVICE/,
  )
})

test('wants the VAD that the environment asks for, and uses it', async () => {
  const env = { FUNASR_USE_EXTERNAL_VAD: 'true' }
  expect(() => createSttFromEnv({ env })).toThrow(/external VAD, but none was given/)
  const vad = new ScriptedVad([[7000, 8000 + speech.length]])
  const own = createSttFromEnv({ env, vad })
  expect(textsOf(await eventsOf(own.stream(), sound), FINAL_TRANSCRIPT)).toEqual(['3 1 4.'])
  expect(vad.streams).toBe(1)
  await own.close()
})

test('has told LiveKit that it is there, once', () => {
  const mine = Plugin.registeredPlugins.filter((plugin) => plugin.package === '@sensevoice-web/livekit')
  expect(mine).toHaveLength(1)
  expect(mine[0]?.version).toMatch(/^\d+\.\d+\.\d+$/)
})
