import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readServeConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'sensevoice-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What it says of settings that it refuses. */
function faultsOf(...argv: string[]): string {
  try {
    readServeConfig(argv, {})
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('readServeConfig', () => {
  test('serves this machine alone unless told otherwise', () => {
    expect(readServeConfig([], {})).toMatchObject({
      host: '127.0.0.1',
      port: 8790,
      backend: 'local',
      tokens: { type: 'none' },
      messageBytes: 4 << 20,
    })
  })

  test('names a variable that is no setting', () => {
    expect(() => readServeConfig([], { SENSEVOICE_SERVE_TRUST_PROXI: 'true' })).toThrow(
      'there is no setting SENSEVOICE_SERVE_TRUST_PROXI',
    )
  })

  test('flags go before the environment', () => {
    const env = {
      SENSEVOICE_SERVE_PORT: '1000',
      SENSEVOICE_SERVE_QUEUE: '7',
      SENSEVOICE_SERVE_ORIGIN: 'https://a,https://b',
    }
    expect(readServeConfig(['--port', '2000'], env)).toMatchObject({
      port: 2000,
      queue: 7,
      origins: ['https://a', 'https://b'],
    })
  })

  test('a token of the status page is long, or refused without being told', () => {
    expect(readServeConfig([], {}).statusToken).toBeUndefined()
    const env = { SENSEVOICE_SERVE_STATUS_TOKEN: 'sixteen-letters!' }
    expect(readServeConfig([], env).statusToken).toBe('sixteen-letters!')
    const refused = () => readServeConfig(['--status-token', 'too-short'], {})
    expect(refused).toThrow('--status-token must have at least 16 characters')
    expect(refused).not.toThrow('too-short')
  })

  test('names all faults at once', () => {
    const argv = [
      '--port',
      'x',
      '--backend',
      'cloud',
      '--token',
      'a',
      '--token-secret',
      'b',
      '--tls-cert',
      'c',
    ]
    const env = { SENSEVOICE_SERVE_FALLBACK: 'maybe' }
    let message = ''
    try {
      readServeConfig(argv, env)
    } catch (error) {
      message = (error as Error).message
    }
    for (const words of [
      '--port',
      '--backend',
      '--token, --token-secret',
      '--tls-cert',
      'SENSEVOICE_SERVE_FALLBACK',
    ]) {
      expect(message).toContain(words)
    }
  })

  test('does not open the door to a network without a token', () => {
    expect(() => readServeConfig(['--host', '0.0.0.0'], {})).toThrow('without a token')
    expect(readServeConfig(['--host', '0.0.0.0', '--insecure-no-auth'], {}).host).toBe('0.0.0.0')
    expect(readServeConfig(['--host', '0.0.0.0', '--token', 't'], {}).tokens).toEqual({
      type: 'one',
      token: 't',
    })
  })

  test('reads tokens by device from a file', () => {
    const path = join(folder, 'tokens')
    writeFileSync(path, '# devices\nkitchen abc\n\nhall  def\n')
    const { tokens } = readServeConfig(['--token-file', path], {})
    expect(tokens).toEqual({
      type: 'devices',
      tokens: new Map([
        ['kitchen', 'abc'],
        ['hall', 'def'],
      ]),
    })
    writeFileSync(path, 'kitchen\n')
    expect(() => readServeConfig(['--token-file', path], {})).toThrow('line 1')
    expect(() => readServeConfig(['--token-file', join(folder, 'none')], {})).toThrow('ENOENT')
  })

  test('a Triton backend needs to know where, and what', () => {
    expect(() => readServeConfig(['--backend', 'triton'], {})).toThrow(/--endpoint[\s\S]*--model/)
    const argv = ['--backend', 'triton', '--endpoint', 'http://a', '--endpoint', 'grpc://b', '--model', 'm']
    expect(readServeConfig(argv, {}).endpoints).toEqual(['http://a', 'grpc://b'])
    expect(() => readServeConfig(['--endpoint', 'http://a'], {})).toThrow('--backend triton')
  })

  test('addresses of endpoints are looked at, all at once with the rest, and no password is told', () => {
    const triton = ['--backend', 'triton', '--model', 'm', '--port', 'x']
    const addresses = ['ftp://a', 'http://b', 'http://b', 'http://me:secret@c', 'grpc://d/path']
    const faults = faultsOf(...triton, ...addresses.flatMap((address) => ['--endpoint', address]))
    for (const words of ['--port', '"ftp://a"', 'twice', 'at c has a password', 'grpc://d/path'])
      expect(faults).toContain(words)
    expect(faults).not.toContain('secret')
  })

  test('what would have no effect is refused', () => {
    expect(faultsOf('--fallback')).toContain('--fallback is for --backend triton')
    const triton = ['--backend', 'triton', '--model', 'm', '--endpoint', 'http://a']
    expect(faultsOf(...triton, '--threads', '3')).toContain('--threads is for')
    expect(readServeConfig([...triton, '--fallback', '--threads', '3'], {}).threads).toBe(3)
    expect(readServeConfig([...triton, '--fallback'], {}).threads).toBe(availableParallelism())
    expect(readServeConfig([], {}).threads).toBe(1)
  })

  test('a device of --ota-device has a token', () => {
    const path = join(folder, 'ota-tokens')
    writeFileSync(path, 'kitchen abc\n')
    const argv = ['--token-file', path, '--ota-device', 'kitchen']
    expect(readServeConfig(argv, {}).otaDevices).toEqual(['kitchen'])
    expect(faultsOf(...argv, '--ota-device', 'hall')).toBe('--ota-device hall has no token in --token-file')
  })

  test('a certificate and a key are read before anything is begun', () => {
    const [cert, key, other, text] = ['cert', 'key', 'other', 'text'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
      string,
    ]
    const made = ['req', '-newkey', 'rsa:2048', '-nodes', '-x509', '-days', '2', '-subj', '/CN=localhost']
    execFileSync('openssl', [...made, '-keyout', other, '-out', cert], { stdio: 'ignore' })
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    writeFileSync(text, 'no PEM')
    expect(readServeConfig(['--tls-cert', cert, '--tls-key', key], {}).tls?.cert.length).toBeGreaterThan(0)
    expect(faultsOf('--tls-cert', cert, '--tls-key', other)).toMatch(/^--tls-key: .*mismatch/)
    expect(faultsOf('--tls-cert', text, '--tls-key', key)).toMatch(/^--tls-cert: .*$/)
    expect(faultsOf('--tls-cert', text, '--tls-key', text)).toMatch(/^--tls-cert: .*\n *--tls-key: .*$/)
    const none = join(folder, 'none')
    expect(faultsOf('--tls-cert', none, '--tls-key', key)).toMatch(/^--tls-cert: ENOENT.*$/)
  })

  test('what is no option is refused', () => {
    expect(() => readServeConfig(['--prot', '1'], {})).toThrow('--prot')
  })

  describe('replies', () => {
    const argv = ['--llm-url', 'https://llm.example/v1', '--llm-model', 'm', '--voice-model', 'v']
    const KEY = 'sk-0123456789'

    test('are off, and other settings of them do not turn them on', () => {
      expect(readServeConfig([], {}).reply).toBeUndefined()
      expect(() => readServeConfig([], { SENSEVOICE_SERVE_LLM_KEY: KEY })).toThrow('--llm-url')
    })

    test('one endpoint serves both, with its key', () => {
      const { reply } = readServeConfig(argv, { SENSEVOICE_SERVE_LLM_KEY: KEY })
      const endpoint = { baseUrl: 'https://llm.example/v1', apiKey: KEY }
      expect(reply).toEqual({
        languageModel: { ...endpoint, model: 'm' },
        voice: { ...endpoint, model: 'v', voice: 'alloy' },
        fallback: { kind: 'silent' },
      })
    })

    test('the key of one endpoint does not go to another', () => {
      const other = ['--voice-url', 'https://voice.example/v1', '--llm-key', KEY]
      expect(readServeConfig([...argv, ...other], {}).reply?.voice).not.toHaveProperty('apiKey')
    })

    test('the prompt comes from a file, with or without a template', () => {
      const path = join(folder, 'prompt')
      const read = () => readServeConfig([...argv, '--prompt-file', path, '--reply-fallback', 'Sorry.'], {})
      writeFileSync(path, 'Be short.\n')
      expect(read().reply).toMatchObject({
        system: 'Be short.',
        fallback: { kind: 'spoken', text: 'Sorry.' },
      })
      writeFileSync(path, 'Be short.\n---\nThey said: {text}\n')
      expect(read().reply).toMatchObject({ system: 'Be short.', template: 'They said: {text}' })
      writeFileSync(path, '---\n{words}\n')
      expect(read).toThrow('--prompt-file')
    })

    test('all faults are named, and no key', () => {
      const bad = [
        '--llm-url',
        'ftp://a',
        '--llm-model',
        'm',
        '--llm-key',
        `${KEY} x`,
        '--prompt-file',
        folder,
      ]
      const refused = () => readServeConfig([...bad, '--voice-url', 'b'], {})
      for (const name of ['--llm-url', '--voice-model', '--prompt-file']) expect(refused).toThrow(name)
      expect(refused).not.toThrow(KEY)
    })
  })
})
