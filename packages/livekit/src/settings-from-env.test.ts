import { SpeechError } from '@sensevoice-web/engine'
import { expect, test } from 'vitest'
import type { Environment } from './env-reader.ts'
import { settingsFromEnv } from './settings-from-env.ts'

const PROVIDERS = ['sensevoice', 'funasr', 'other']

function faultsOf(env: Environment): string {
  try {
    settingsFromEnv(env, PROVIDERS)
  } catch (error) {
    if (error instanceof SpeechError) return error.message
  }
  return ''
}

test('has a default for everything', () => {
  const defaults = {
    provider: 'sensevoice',
    backend: 'local',
    language: 'auto',
    useItn: true,
    maxSegmentMs: 30_000,
    device: 'cpu',
    useExternalVad: false,
    endpoints: [],
  }
  expect(settingsFromEnv({}, PROVIDERS)).toEqual(defaults)
  expect(settingsFromEnv({ STT_PROVIDER: '', FUNASR_DEVICE: ' ' }, PROVIDERS)).toEqual(defaults)
})

test('reads every variable under both prefixes, SENSEVOICE_ first', () => {
  const values = {
    MODEL_DIR: '/models/small',
    LANGUAGE: 'zh',
    USE_ITN: 'false',
    MAX_SEGMENT_TIME: '8000',
    DEVICE: 'cuda',
    PARALLEL: '3',
    USE_EXTERNAL_VAD: 'true',
    BACKEND: 'triton',
    ENDPOINTS: 'http://one:8000, http://two:8000',
    URL: 'wss://one/ws',
  }
  const under = (prefix: string) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]))
  const expected = {
    provider: 'sensevoice',
    backend: 'triton',
    modelDir: '/models/small',
    language: 'zh',
    useItn: false,
    maxSegmentMs: 8000,
    device: 'cuda',
    parallel: 3,
    useExternalVad: true,
    endpoints: ['http://one:8000', 'http://two:8000'],
    url: 'wss://one/ws',
  }
  expect(settingsFromEnv(under('FUNASR_'), PROVIDERS)).toEqual(expected)
  expect(settingsFromEnv(under('SENSEVOICE_'), PROVIDERS)).toEqual(expected)
  const both = { ...under('FUNASR_'), SENSEVOICE_LANGUAGE: 'ja' }
  expect(settingsFromEnv(both, PROVIDERS).language).toBe('ja')
})

test('takes the FunASR server for the provider funasr when its address is given', () => {
  const env = { STT_PROVIDER: 'funasr', FUNASR_URL: 'ws://127.0.0.1:10095' }
  expect(settingsFromEnv(env, PROVIDERS)).toMatchObject({ provider: 'funasr', backend: 'funasr' })
  expect(settingsFromEnv({ STT_PROVIDER: 'funasr' }, PROVIDERS).backend).toBe('local')
})

test('gives the fallback a backend of its own, in both directions', () => {
  const FUNASR_URL = 'ws://127.0.0.1:10095'
  const to = settingsFromEnv({ STT_FALLBACK_PROVIDER: 'funasr', FUNASR_URL }, PROVIDERS)
  expect(to).toMatchObject({ provider: 'sensevoice', backend: 'local' })
  expect(to.url).toBeUndefined()
  expect(to.fallback).toMatchObject({ provider: 'funasr', backend: 'funasr', url: FUNASR_URL })
  const env = {
    STT_PROVIDER: 'funasr',
    STT_FALLBACK_PROVIDER: 'sensevoice',
    FUNASR_URL,
    FUNASR_LANGUAGE: 'zh',
  }
  const from = settingsFromEnv(env, PROVIDERS)
  expect(from).toMatchObject({ provider: 'funasr', backend: 'funasr', url: FUNASR_URL })
  expect(from.fallback).toMatchObject({ provider: 'sensevoice', backend: 'local', language: 'zh' })
  const companion = { SENSEVOICE_BACKEND: 'companion', SENSEVOICE_URL: 'ws://127.0.0.1:8790/ws/{id}' }
  expect(settingsFromEnv({ ...companion, STT_FALLBACK_PROVIDER: 'funasr' }, PROVIDERS)).toMatchObject({
    backend: 'companion',
    fallback: { backend: 'local' },
  })
  const other = { FUNASR_BACKEND: 'companion', FUNASR_URL, STT_FALLBACK_PROVIDER: 'other' }
  expect(settingsFromEnv(other, PROVIDERS)).toMatchObject({
    backend: 'companion',
    url: FUNASR_URL,
    fallback: { provider: 'other' },
  })
})

test('refuses a fallback that is the same again', () => {
  const same = /are both the backend local: set FUNASR_URL/
  expect(faultsOf({ STT_FALLBACK_PROVIDER: 'funasr' })).toMatch(same)
  expect(faultsOf({ STT_PROVIDER: 'funasr', STT_FALLBACK_PROVIDER: 'sensevoice' })).toMatch(same)
  const url = 'ws://127.0.0.1:8790/ws/{id}'
  const both = {
    STT_FALLBACK_PROVIDER: 'funasr',
    SENSEVOICE_BACKEND: 'companion',
    SENSEVOICE_URL: url,
    FUNASR_BACKEND: 'companion',
  }
  expect(faultsOf({ ...both, FUNASR_URL: url })).toContain('are both the backend companion')
  expect(faultsOf({ ...both, FUNASR_URL: `${url}?token=x` })).toBe('')
  expect(faultsOf(both)).toContain('the backend companion needs FUNASR_URL')
})

test('refuses a fallback behind a provider that is not SenseVoice, which would never be asked', () => {
  const refused =
    "STT_FALLBACK_PROVIDER is for sensevoice and funasr; behind other use LiveKit's FallbackAdapter"
  for (const fallback of ['sensevoice', 'funasr', 'other']) {
    expect(faultsOf({ STT_PROVIDER: 'other', STT_FALLBACK_PROVIDER: fallback })).toContain(refused)
  }
  expect(faultsOf({ STT_PROVIDER: 'other' })).toBe('')
})

test('takes the first GPU as FunASR writes it, and no other', () => {
  expect(settingsFromEnv({ FUNASR_DEVICE: 'cuda:0' }, PROVIDERS).device).toBe('cuda')
  expect(faultsOf({ FUNASR_DEVICE: 'cuda:1' })).toContain('FUNASR_DEVICE must be one of cpu, cuda, cuda:0')
})

test('names every wrong value at once, by the variable that was set', () => {
  const message = faultsOf({
    STT_PROVIDER: 'deepgramm',
    STT_FALLBACK_PROVIDER: 'nobody',
    FUNASR_LANGUAGE: 'klingon',
    SENSEVOICE_USE_ITN: 'perhaps',
    FUNASR_MAX_SEGMENT_TIME: '30s',
    FUNASR_DEVICE: 'abacus',
    FUNASR_PARALLEL: '0',
    FUNASR_USE_EXTERNAL_VAD: '2',
    SENSEVOICE_URL: 'http://host',
    SENSEVOICE_BACKEND: 'magic',
  })
  for (const part of [
    'STT_PROVIDER must be one of sensevoice, funasr, other, got "deepgramm"',
    'STT_FALLBACK_PROVIDER must be one of',
    'FUNASR_LANGUAGE must be one of auto, zh, en, yue, ja, ko, got "klingon"',
    'SENSEVOICE_USE_ITN must be true or false, got "perhaps"',
    'FUNASR_MAX_SEGMENT_TIME must be a whole number of ms from 1000 to 60000, got "30s"',
    'FUNASR_DEVICE must be one of cpu, cuda, cuda:0, got "abacus"',
    'FUNASR_PARALLEL must be a whole number from 1 to 64, got "0"',
    'FUNASR_USE_EXTERNAL_VAD must be true or false, got "2"',
    'SENSEVOICE_URL must be an address that begins with ws:// or wss://',
    'SENSEVOICE_BACKEND must be one of local, companion, triton, funasr, got "magic"',
  ]) {
    expect(message).toContain(part)
  }
})

test('says what a backend lacks', () => {
  expect(faultsOf({ SENSEVOICE_BACKEND: 'companion' })).toContain('needs SENSEVOICE_URL')
  const triton = faultsOf({ SENSEVOICE_BACKEND: 'triton' })
  expect(triton).toContain('SENSEVOICE_ENDPOINTS')
  expect(triton).toContain('SENSEVOICE_MODEL_DIR')
  expect(faultsOf({ STT_FALLBACK_PROVIDER: 'sensevoice' })).toContain('which is STT_PROVIDER already')
})
