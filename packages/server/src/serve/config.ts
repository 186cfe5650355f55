import { availableParallelism } from 'node:os'
import { endpointFaults } from '../backend/triton/pool-options.ts'
import { ConfigReader, type TlsFiles } from './config-reader.ts'
import { type ReplyConfig, readReplyConfig } from './conversation/reply-config.ts'
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
  /** Of each recognition here: with `triton`, of the fallback's. */
  readonly threads: number
  readonly tokens: TokenRule
  /** Origins of pages that may connect; empty: any. Devices without one always may. */
  readonly origins: readonly string[]
  readonly tls?: TlsFiles
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
  /** Who answers what was said; absent: nobody. */
  readonly reply?: ReplyConfig
}

/** Whoever has it reads what is said: it must not be guessed. */
const STATUS_TOKEN_CHARACTERS = 16

/**
 * Flags, and for what they leave out the environment: `--token-file` is `SENSEVOICE_SERVE_TOKEN_FILE`; lists are divided by commas there.
 *
 * @throws SpeechError `invalid-argument` that names every fault at once
 */
export function readServeConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ServeConfig {
  const reader = new ConfigReader(argv, env)
  const cores = availableParallelism()
  const backend = reader.choice('backend', ['local', 'triton'], 'local')
  const endpoints = reader.list('endpoint')
  const config: Omit<ServeConfig, 'tls' | 'tokens' | 'model' | 'statusToken' | 'reply'> = {
    host: reader.text('host') ?? '127.0.0.1',
    port: reader.whole('port', 0, 65_535, 8790),
    backend,
    endpoints,
    fallback: reader.flag('fallback'),
    parallel: reader.whole('parallel', 1, 256, backend === 'local' ? cores : 4 * cores),
    threads: reader.whole('threads', 1, 256, backend === 'local' ? 1 : cores),
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
  if (backend === 'local' && config.fallback) reader.fault('--fallback is for --backend triton')
  if (backend === 'triton' && !config.fallback && reader.text('threads') !== undefined)
    reader.fault('--threads is for what is recognized here: --backend local, or --fallback')
  if (backend === 'triton' && endpoints.length > 0)
    for (const fault of endpointFaults(endpoints)) reader.fault(`--endpoint: ${fault}`)
  const tokens = reader.tokens()
  if (tokens.type === 'none' && !isLoopback(config.host) && !reader.flag('insecure-no-auth')) {
    reader.fault(
      `without a token only this machine is served, but --host is ${config.host}: give --token, --token-file or --token-secret`,
    )
  }
  if (tokens.type === 'devices')
    for (const device of config.otaDevices)
      if (!tokens.tokens.has(device)) reader.fault(`--ota-device ${device} has no token in --token-file`)
  const tls = reader.tls()
  const statusToken = reader.text('status-token')
  if (statusToken !== undefined && statusToken.length < STATUS_TOKEN_CHARACTERS)
    reader.fault(`--status-token must have at least ${STATUS_TOKEN_CHARACTERS} characters`)
  const reply = readReplyConfig(reader)
  reader.end()
  return {
    ...config,
    tokens,
    ...(model === undefined ? {} : { model }),
    ...(tls === undefined ? {} : { tls }),
    ...(statusToken === undefined ? {} : { statusToken }),
    ...(reply === undefined ? {} : { reply }),
  }
}
