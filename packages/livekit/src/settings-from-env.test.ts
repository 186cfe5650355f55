import { SpeechError } from '@sensevoice-web/engine'
import { expect, test } from 'vitest'
import { type Environment, settingsFromEnv } from './settings-from-env.ts'

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

test('names every wrong value at once, by the variable that was set', () => {
  const message = faultsOf({
    STT_PROVIDER: 'deepgramm',
    STT_FALLBACK_PROVIDER: 'nobody',
    FUNASR_LANGUAGE: 'klingon',
    SENSEVOICE_USE_ITN: 'perhaps',
    FUNASR_MAX_SEGMENT_TIME: '30s',
    FUNASR_DEVICE: 'abacus',
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
    'FUNASR_DEVICE must be one of cpu, cuda, got "abacus"',
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
