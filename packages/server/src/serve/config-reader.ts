import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { parseArgs } from 'node:util'
import { SpeechError } from '@sensevoice-web/engine'
import type { TokenRule } from './tokens.ts'

const PREFIX = 'SENSEVOICE_SERVE_'

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
  'llm-url': { type: 'string' },
  'llm-model': { type: 'string' },
  'llm-key': { type: 'string' },
  'voice-url': { type: 'string' },
  'voice-model': { type: 'string' },
  'voice-name': { type: 'string' },
  'voice-key': { type: 'string' },
  'prompt-file': { type: 'string' },
  'reply-fallback': { type: 'string' },
} as const
/** Of an option, without its dashes. */
export type OptionName = keyof typeof OPTIONS

/** Environment variable of an option. */
function variable(name: OptionName): string {
  return PREFIX + name.toUpperCase().replaceAll('-', '_')
}

/** PEM. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

/** Options from flags, then from the environment; faults are collected and told together. */
export class ConfigReader {
  readonly #values: Partial<Record<OptionName, string | boolean | string[]>> = {}
  readonly #faults: string[] = []

  constructor(argv: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    try {
      this.#values = { ...parseArgs({ args: [...argv], options: OPTIONS, strict: true }).values }
    } catch (error) {
      this.#faults.push(error instanceof Error ? error.message : String(error))
    }
    const names = Object.keys(OPTIONS) as OptionName[]
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

  /** Something that is wrong is no end: what else is wrong is to be told too. */
  attempt(name: OptionName, use: () => void): void {
    try {
      use()
    } catch (error) {
      this.fault(`--${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** @throws SpeechError with every fault that was met */
  end(): void {
    if (this.#faults.length === 0) return
    throw new SpeechError('invalid-argument', this.#faults.join('\n  '), {
      hint: 'See sensevoice serve --help.',
    })
  }

  text(name: OptionName): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  flag(name: OptionName): boolean {
    return this.#values[name] === true
  }

  list(name: OptionName): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value : []
  }

  whole(name: OptionName, least: number, most: number, otherwise: number): number {
    const text = this.text(name)
    if (text === undefined) return otherwise
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    this.fault(`--${name} must be a whole number from ${least} to ${most}, got "${text}"`)
    return otherwise
  }

  choice<Choice extends string>(name: OptionName, choices: readonly Choice[], otherwise: Choice): Choice {
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

  tls(): TlsFiles | undefined {
    const [cert, key] = [this.text('tls-cert'), this.text('tls-key')]
    if (cert === undefined && key === undefined) return undefined
    if (cert === undefined || key === undefined) {
      this.fault('--tls-cert and --tls-key belong together')
      return undefined
    }
    const faults = this.#faults.length
    const files = { cert: this.file('tls-cert', cert), key: this.file('tls-key', key) }
    if (this.#faults.length > faults) return undefined
    // Each by itself first, so that the broken one is named.
    this.attempt('tls-cert', () => createSecureContext({ cert: files.cert }))
    this.attempt('tls-key', () => createSecureContext({ key: files.key }))
    if (this.#faults.length === faults) this.attempt('tls-key', () => createSecureContext(files))
    return files
  }

  #tokenFile(path: string): ReadonlyMap<string, string> {
    const tokens = new Map<string, string>()
    for (const [index, line] of this.file('token-file', path).toString('utf8').split('\n').entries()) {
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

  /** Empty, with a fault, when it cannot be read. */
  file(name: OptionName, path: string): Buffer {
    try {
      return readFileSync(path)
    } catch (error) {
      this.fault(`--${name}: ${error instanceof Error ? error.message : String(error)}`)
      return Buffer.alloc(0)
    }
  }

  #envFlag(name: OptionName, value: string): boolean {
    if (['1', 'true', 'yes'].includes(value.toLowerCase())) return true
    if (!['0', 'false', 'no'].includes(value.toLowerCase())) {
      this.fault(`${variable(name)} must be true or false, got "${value}"`)
    }
    return false
  }
}
