import { initializeLogger, Plugin, stt } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { afterEach, beforeAll, expect, test } from 'vitest'
import {
  createSttFromEnv,
  loadedModels,
  localBackend,
  prewarmLocal,
  registerSttProvider,
  STT,
  sttProviders,
} from './index.ts'
import { FunasrStandIn } from './test-data/funasr-stand-in.ts'
import { ScriptedVad } from './test-data/scripted-vad.ts'
import { eventsOf, frames, silence, spoken, textsOf } from './test-data/sound.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { FINAL_TRANSCRIPT } = stt.SpeechEventType
const speech = spoken('en-three-one-four')
const sound = frames(joinSamples([silence(0.5), speech, silence(1)]))

let closed = 0
class Elsewhere extends stt.testing.FakeSTT {
  override async close(): Promise<void> {
    closed += 1
    await super.close()
  }
}
let made = 0
registerSttProvider('elsewhere', () => {
  made += 1
  return new Elsewhere({ label: 'elsewhere', fakeTranscript: 'hello', fakeRequireAudio: true })
})
// Most tests use it: loaded once.
beforeAll(() => prewarmLocal())
afterEach(() => {
  closed = 0
})

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
  expect(closed).toBe(0)
  await own.close()
  await own.close()
  expect(closed).toBe(1)
  expect(() => registerSttProvider('sensevoice', () => own)).toThrow(/already/)
})

test('makes nothing when the environment asks for a fallback that would never be asked', () => {
  const before = made
  const env = { STT_PROVIDER: 'elsewhere', STT_FALLBACK_PROVIDER: 'sensevoice' }
  expect(() => createSttFromEnv({ env })).toThrow(/STT_FALLBACK_PROVIDER is for sensevoice and funasr/)
  expect(made).toBe(before)
})

test('closes a fallback that nobody needed', async () => {
  const own = createSttFromEnv({ env: { STT_FALLBACK_PROVIDER: 'elsewhere' } })
  expect(textsOf(await eventsOf(own.stream(), sound), FINAL_TRANSCRIPT)).toEqual(['3 1 4.'])
  await own.close()
  expect(closed).toBe(1)
})

test('falls back between this process and a FunASR server, in both directions', async () => {
  const server = await FunasrStandIn.start(() => [
    { mode: 'offline', text: 'from the server', is_final: false },
  ])
  const finalOf = async (env: Record<string, string>) => {
    const own = createSttFromEnv({ env: { ...env, FUNASR_URL: server.url } })
    const events = await eventsOf(own.stream(), sound)
    await own.close()
    const { text, metadata } = events.find(({ type }) => type === FINAL_TRANSCRIPT)?.alternatives?.[0] ?? {}
    return [text, metadata?.['backend']]
  }
  const toServer = { STT_FALLBACK_PROVIDER: 'funasr' }
  expect(await finalOf(toServer)).toEqual(['3 1 4.', 'local'])
  expect(await finalOf({ ...toServer, SENSEVOICE_MODEL_DIR: '/nowhere' })).toEqual([
    'from the server',
    'funasr',
  ])
  const toHere = { STT_PROVIDER: 'funasr', STT_FALLBACK_PROVIDER: 'sensevoice' }
  expect(await finalOf(toHere)).toEqual(['from the server', 'funasr'])
  const { url } = server
  await server.stop()
  const own = createSttFromEnv({ env: { ...toHere, FUNASR_URL: url } })
  expect(textsOf(await eventsOf(own.stream(), sound), FINAL_TRANSCRIPT)).toEqual(['3 1 4.'])
  await own.close()
})

test('hands on how many recognitions at once this process does', async () => {
  const env = { SENSEVOICE_PARALLEL: '3' }
  const before = loadedModels()
  const own = createSttFromEnv({ env }) as STT
  const same = new STT({ backend: localBackend({ parallel: 3 }) })
  await Promise.all([own.prewarm(), same.prewarm()])
  expect(loadedModels()).toBe(before + 1)
  await Promise.all([own.close(), same.close()])
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
