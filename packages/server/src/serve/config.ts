import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { SpeechError } from '@sensevoice-web/engine'
import { isLoopback } from './loopback.ts'
import type { TokenRule } from './tokens.ts'

/** Everything that `sensevoice serve` can be told. */
export interface ServeConfig {
  readonly host: string
  readonly port: number
  /** Folder or name of a stored model; absent: the embedded one. */
  readonly model?: string
  readonly backend: 'local' | 'triton'
  readonly endpoints: readonly string[]
  readonly fallback: boolean
  /** Recognitions at once. */
  readonly parallel: number
  readonly threads: number
  readonly tokens: TokenRule
  /** Origins of pages that may connect; empty: any. Devices without one always may. */
  readonly origins: readonly string[]
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  readonly connections: number
  readonly perAddress: number
  readonly messageBytes: number
  readonly unheardMs: number
  readonly queue: number
  readonly idleMs: number
  readonly drainMs: number
  readonly trustProxy: boolean
  /** Devices that may ask for their token by the OTA question of xiaozhi firmware. */
  readonly otaDevices: readonly string[]
  /** For the status page; absent: it is there for this machine alone, if the server is. */
  readonly statusToken?: string
}

const PREFIX = 'SENSEVOICE_SERVE_'
/** Whoever has it reads what is said: it must not be guessed. */
const STATUS_TOKEN_CHARACTERS = 16

const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string' },
  model: { type: 'string' },
  backend: { type: 'string' },
  endpoint: { type: 'string', multiple: true },
  fallback: { type: 'boolean' },
  parallel: { type: 'string' },
  threads: { type: 'string' },
  token: { type: 'string' },
  'token-file': { type: 'string' },
  'token-secret': { type: 'string' },
  'insecure-no-auth': { type: 'boolean' },
  origin: { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  connections: { type: 'string' },
  'per-address': { type: 'string' },
  'message-bytes': { type: 'string' },
  'unheard-seconds': { type: 'string' },
  queue: { type: 'string' },
  'idle-seconds': { type: 'string' },
  'drain-seconds': { type: 'string' },
  'trust-proxy': { type: 'boolean' },
  'ota-device': { type: 'string', multiple: true },
  'status-token': { type: 'string' },
} as const
type Name = keyof typeof OPTIONS

/** Environment variable of an option. */
function variable(name: Name): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_')
}

/**
 * Flags, and for what they leave out the environment: `--token-file` is `SENSEVOICE_SERVE_TOKEN_FILE`; lists are divided by commas there.
 *
 * @throws SpeechError `invalid-argument` that names every fault at once
 */
export function readServeConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ServeConfig {
  const reader = new Reader(argv, env)
  const cores = availableParallelism()
  const backend = reader.choice('backend', ['local', 'triton'], 'local')
  const endpoints = reader.list('endpoint')
  const config: Omit<ServeConfig, 'tls' | 'tokens' | 'model' | 'statusToken'> = {
    host: reader.text('host') ?? '127.0.0.1',
    port: reader.whole('port', 0, 65_535, 8790),
    backend,
    endpoints,
    fallback: reader.flag('fallback'),
    parallel: reader.whole('parallel', 1, 256, backend === 'local' ? cores : 4 * cores),
    threads: reader.whole('threads', 1, 256, 1),
    origins: reader.list('origin'),
    connections: reader.whole('connections', 1, 100_000, 256),
    perAddress: reader.whole('per-address', 1, 100_000, 64),
    messageBytes: reader.whole('message-bytes', 4096, 1 << 26, 4 << 20),
    unheardMs: 1000 * reader.whole('unheard-seconds', 1, 600, 10),
    queue: reader.whole('queue', 1, 100_000, 256),
    idleMs: 1000 * reader.whole('idle-seconds', 5, 86_400, 120),
    drainMs: 1000 * reader.whole('drain-seconds', 0, 3600, 20),
    trustProxy: reader.flag('trust-proxy'),
    otaDevices: reader.list('ota-device'),
  }
  const model = reader.text('model')
  if (backend === 'triton' && endpoints.length === 0)
    reader.fault('--backend triton needs at least one --endpoint')
  if (backend === 'triton' && model === undefined)
    reader.fault('--backend triton needs the --model that is served')
  if (backend === 'local' && endpoints.length > 0) reader.fault('--endpoint is for --backend triton')
  const tokens = reader.tokens()
  if (tokens.type === 'none' && !isLoopback(config.host) && !reader.flag('insecure-no-auth')) {
    reader.fault(
      `without a token only this machine is served, but --host is ${config.host}: give --token, --token-file or --token-secret`,
    )
  }
  const tls = reader.tls()
  const statusToken = reader.text('status-token')
  if (statusToken !== undefined && statusToken.length < STATUS_TOKEN_CHARACTERS)
    reader.fault(`--status-token must have at least ${STATUS_TOKEN_CHARACTERS} characters`)
  reader.end()
  return {
    ...config,
    tokens,
    ...(model === undefined ? {} : { model }),
    ...(tls === undefined ? {} : { tls }),
    ...(statusToken === undefined ? {} : { statusToken }),
  }
}

class Reader {
  readonly #values: Partial<Record<Name, string | boolean | string[]>> = {}
  readonly #faults: string[] = []

  constructor(argv: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    try {
      this.#values = { ...parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values }
    } catch (error) {
      this.#faults.push(error instanceof Error ? error.message : String(error))
    }
    const names = Object.keys(OPTIONS) as Name[]
    const known = new Set(names.map(variable))
    for (const name of Object.keys(env)) {
      // A misspelt one would leave its setting at the default without a word.
      if (name.startsWith(PREFIX) && !known.has(name)) this.fault(`there is no setting ${name}`)
    }
    for (const name of names) {
      const value = env[variable(name)]
      if (value === undefined || value === '' || this.#values[name] !== undefined) continue
      const { type } = OPTIONS[name]
      if (type === 'boolean') this.#values[name] = this.#envFlag(name, value)
      else this.#values[name] = 'multiple' in OPTIONS[name] ? value.split(',') : value
    }
  }

  fault(what: string): void {
    this.#faults.push(what)
  }

  /** @throws SpeechError with every fault that was met */
  end(): void {
    if (this.#faults.length === 0) return
    throw new SpeechError('invalid-argument', this.#faults.join('\n  '), {
      hint: 'See sensevoice serve --help.',
    })
  }

  text(name: Name): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  flag(name: Name): boolean {
    return this.#values[name] === true
  }

  list(name: Name): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value : []
  }

  whole(name: Name, least: number, most: number, otherwise: number): number {
    const text = this.text(name)
    if (text === undefined) return otherwise
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    this.fault(`--${name} must be a whole number from ${least} to ${most}, got "${text}"`)
    return otherwise
  }

  choice<Choice extends string>(name: Name, choices: readonly Choice[], otherwise: Choice): Choice {
    const text = this.text(name)
    if (text === undefined) return otherwise
    const found = choices.find((choice) => choice === text)
    if (found === undefined) this.fault(`--${name} must be one of ${choices.join(', ')}, got "${text}"`)
    return found ?? otherwise
  }

  tokens(): TokenRule {
    const given = (['token', 'token-file', 'token-secret'] as const).filter(
      (name) => this.text(name) !== undefined,
    )
    if (given.length > 1)
      this.fault(`only one of ${given.map((name) => `--${name}`).join(', ')} can be given`)
    const [token, file, secret] = [this.text('token'), this.text('token-file'), this.text('token-secret')]
    if (token !== undefined) return { type: 'one', token }
    if (secret !== undefined) return { type: 'signed', secret }
    if (file === undefined) return { type: 'none' }
    return { type: 'devices', tokens: this.#tokenFile(file) }
  }

  tls(): ServeConfig['tls'] | undefined {
    const [cert, key] = [this.text('tls-cert'), this.text('tls-key')]
    if (cert === undefined && key === undefined) return undefined
    if (cert === undefined || key === undefined) {
      this.fault('--tls-cert and --tls-key belong together')
      return undefined
    }
    return { cert: this.#file('tls-cert', cert), key: this.#file('tls-key', key) }
  }

  #tokenFile(path: string): ReadonlyMap<string, string> {
    const tokens = new Map<string, string>()
    for (const [index, line] of this.#file('token-file', path).toString('utf8').split('\n').entries()) {
      if (/^\s*(#|$)/.test(line)) continue
      const [device, token, more] = line.trim().split(/\s+/)
      if (device === undefined || token === undefined || more !== undefined) {
        this.fault(`--token-file, line ${index + 1}: a line is a device id and its token`)
      } else {
        tokens.set(device, token)
      }
    }
    return tokens
  }

  #file(name: Name, path: string): Buffer {
    try {
      return readFileSync(path)
    } catch (error) {
      this.fault(`--${name}: ${error instanceof Error ? error.message : String(error)}`)
      return Buffer.alloc(0)
    }
  }

  #envFlag(name: Name, value: string): boolean {
    if (['1', 'true', 'yes'].includes(value.toLowerCase())) return true
    if (!['0', 'false', 'no'].includes(value.toLowerCase())) {
      this.fault(`${variable(name)} must be true or false, got "${value}"`)
    }
    return false
  }
}
