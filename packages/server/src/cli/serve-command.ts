import { type SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { startCompanion } from '../serve/companion.ts'
import { readServeConfig } from '../serve/config.ts'
import { StatusAccess } from '../serve/status/status-access.ts'
import { signToken } from '../serve/tokens.ts'
import { SERVE_USAGE } from './serve-usage.ts'
import { type Streams, told } from './told.ts'

const DEVICE = /^[A-Za-z0-9._:-]{1,64}$/
const SECONDS_A_DAY = 86_400

/**
 * Serves until it is told to end; the second signal ends it at once.
 *
 * @returns the exit status
 */
export async function serveCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: Streams,
): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    streams.out(SERVE_USAGE)
    return 0
  }
  try {
    const config = readServeConfig(argv, env)
    // Process 1 of a container is not ended by a signal that it does not listen to, not even while it still loads its model.
    const endsLater = endAtOnce()
    const companion = await startCompanion(config)
    const { url, model } = companion
    const statusOffered = new StatusAccess(config).offered
    streams.error(
      `sensevoice: ${model.name} ${model.version} is served at ${url} (/ws/DEVICE, /health, /metrics${statusOffered ? ', /status' : ''})\n`,
    )
    if (config.tokens.type === 'none') {
      streams.error('sensevoice: no token is asked for: whoever reaches this address may connect\n')
    }
    const signal = signalled()
    endsLater()
    await signal
    streams.error(`sensevoice: going away, waiting ${config.drainMs / 1000} s at most for what was begun\n`)
    endAtOnce()
    await companion.drain()
    return 0
  } catch (error) {
    const failed: SpeechError = toSpeechError(error, 'invalid-argument')
    streams.error(told('serve', failed))
    return failed.code === 'invalid-argument' ? 2 : 1
  }
}

/** `sensevoice token --device ID [--days N]`, with the server's secret in the environment. @returns the exit status */
export function tokenCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: Streams,
): number {
  const value = (name: string) => argv[argv.indexOf(name) + 1] ?? ''
  const known = argv.every((word, at) => at % 2 === 1 || word === '--device' || word === '--days')
  const device = argv.includes('--device') ? value('--device') : ''
  const days = argv.includes('--days') ? Number(value('--days')) : 30
  const secret = env['SENSEVOICE_SERVE_TOKEN_SECRET'] ?? ''
  if (!known || !DEVICE.test(device) || !(days > 0 && days <= 3650) || secret === '') {
    streams.error(
      'sensevoice: token: give --device ID, if you like --days N (30), and the secret of the server in SENSEVOICE_SERVE_TOKEN_SECRET\n',
    )
    return 2
  }
  const expires = Math.floor(Date.now() / 1000 + days * SECONDS_A_DAY)
  streams.out(`${signToken(secret, device, expires)}\n`)
  return 0
}

/** From now on a signal ends the process. @returns what takes that back */
function endAtOnce(): () => void {
  const [term, int] = [() => process.exit(143), () => process.exit(130)]
  process.on('SIGTERM', term).on('SIGINT', int)
  return () => void process.off('SIGTERM', term).off('SIGINT', int)
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}
