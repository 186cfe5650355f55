import { parseArgs } from 'node:util'
import { SpeechError } from '@sensevoice-web/engine'
import { type BekenFormat, isXiaozhiVersion, type XiaozhiVersion } from '@sensevoice-web/protocol'

/** How a device is played. */
export interface DeviceOptions {
  readonly file: string
  /** Of the connection, with the device's id. */
  readonly url: string
  readonly token?: string
  readonly dialect: 'a' | 'b' | 'c' | 'd'
  /** Of dialect c's binary messages. */
  readonly frameVersion: XiaozhiVersion
  /** Of dialect d's sound. */
  readonly format: BekenFormat
  /** Each chunk comes up to this much late. */
  readonly jitterMs: number
  /** Share in [0, 1] of the chunks that the device loses before it sends them. */
  readonly loss: number
  /** The connection is cut this long after the start; as often as it is given. */
  readonly cutsMs: readonly number[]
  /** The device reads this much late. */
  readonly slowMs: number
}

/** @throws SpeechError `invalid-argument` that names every fault at once */
export function readDeviceOptions(argv: readonly string[]): DeviceOptions {
  const faults: string[] = []
  let values: ReturnType<typeof parse> = {}
  try {
    values = parse(argv)
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }
  const number = (name: string, text: string | undefined, most: number): number => {
    const value = Number(text ?? 0)
    if (!(value >= 0 && value <= most)) faults.push(`--${name} must lie in 0 to ${most}, got "${text}"`)
    return value
  }
  const { file, url = 'ws://127.0.0.1:8790/ws/device', token, dialect = 'a' } = values
  if (file === undefined) faults.push('--file is missing: the sound that the device hears')
  if (!isDialect(dialect)) faults.push(`--dialect must be a, b, c or d, got "${dialect}"`)
  if (!/^wss?:\/\/./.test(url)) faults.push(`--url must begin with ws:// or wss://, got "${url}"`)
  const options = {
    jitterMs: number('jitter', values.jitter, 10_000),
    loss: number('loss', values.loss, 100) / 100,
    cutsMs: (values['cut-after'] ?? []).map((text) => number('cut-after', text, 3_600_000)),
    slowMs: number('slow', values.slow, 60_000),
  }
  if (dialect === 'b' && options.loss > 0)
    faults.push('--loss is not for dialect b: a stream without a frame would wait for it')
  const frameVersion = Number(values['frame-version'] ?? 1)
  if (!isXiaozhiVersion(frameVersion))
    faults.push(`--frame-version must be 1, 2 or 3, got "${values['frame-version']}"`)
  if (values['frame-version'] !== undefined && dialect !== 'c')
    faults.push('--frame-version is for dialect c')
  const format = values.format ?? 'opus'
  if (!isFormat(format)) faults.push(`--format must be opus or pcm, got "${format}"`)
  if (values.format !== undefined && dialect !== 'd') faults.push('--format is for dialect d')
  if (
    file === undefined ||
    !isDialect(dialect) ||
    !isXiaozhiVersion(frameVersion) ||
    !isFormat(format) ||
    faults.length > 0
  ) {
    throw new SpeechError('invalid-argument', faults.join('\n  '), { hint: 'See sensevoice device --help.' })
  }
  return { file, url, dialect, frameVersion, format, ...options, ...(token === undefined ? {} : { token }) }
}

function isDialect(name: string): name is DeviceOptions['dialect'] {
  return ['a', 'b', 'c', 'd'].includes(name)
}

function isFormat(name: string): name is BekenFormat {
  return name === 'opus' || name === 'pcm'
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    strict: true,
    options: {
      file: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
      dialect: { type: 'string' },
      'frame-version': { type: 'string' },
      format: { type: 'string' },
      jitter: { type: 'string' },
      loss: { type: 'string' },
      'cut-after': { type: 'string', multiple: true },
      slow: { type: 'string' },
    },
  }).values
}
