import { SpeechError } from '../errors.ts'

const PCM = 1
const IEEE_FLOAT = 3
const EXTENSIBLE = 0xfffe
const FORMAT_BYTES = 16
const EXTENSIBLE_BYTES = 40
/** What follows the format code in the SubFormat GUID of every format that also has a code of its own. */
const SUBFORMAT_TAIL = '000000001000800000aa00389b71'

const COMPRESSIONS: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  6: 'A-law',
  7: 'mu-law',
  17: 'IMA ADPCM',
  49: 'GSM 6.10',
  80: 'MPEG',
  85: 'MP3',
  255: 'AAC',
}

/** Layout of the samples of a WAV file. */
export interface WavFormat {
  readonly encoding: 'pcm' | 'float'
  readonly bitsPerSample: 8 | 16 | 24 | 32 | 64
  readonly channels: number
  /** Hz. */
  readonly sampleRate: number
  /** Bytes of one sample of all channels. */
  readonly blockBytes: number
}

/**
 * @param chunk contents of the `fmt ` chunk
 * @throws SpeechError `invalid-wav` for fields that are broken or contradict each other; `unsupported-audio` naming an encoding that is
 *   sound but not read here
 */
export function parseWavFormat(chunk: DataView): WavFormat {
  if (chunk.byteLength < FORMAT_BYTES) {
    throw wrong(`it has ${chunk.byteLength} bytes, expected ${FORMAT_BYTES} or more`)
  }
  const channels = chunk.getUint16(2, true)
  const sampleRate = chunk.getUint32(4, true)
  const blockBytes = chunk.getUint16(12, true)
  const bits = chunk.getUint16(14, true)
  const code = formatCode(chunk)
  if (channels === 0) throw wrong('it says 0 channels')
  if (sampleRate === 0) throw wrong('it says a sample rate of 0 Hz')
  if (code !== PCM && code !== IEEE_FLOAT) {
    const name = COMPRESSIONS[code]
    throw unsupported(`WAV files with format ${code}${name === undefined ? '' : ` (${name})`} are not read`)
  }
  const encoding = code === PCM ? 'pcm' : 'float'
  const bitsPerSample = sampleBits(encoding, bits)
  if (blockBytes !== (channels * bitsPerSample) / 8) {
    throw wrong(`block align ${blockBytes} does not fit ${channels} channels of ${bits} bits`)
  }
  return { encoding, bitsPerSample, channels, sampleRate, blockBytes }
}

function formatCode(chunk: DataView): number {
  const code = chunk.getUint16(0, true)
  if (code !== EXTENSIBLE) return code
  if (chunk.byteLength < EXTENSIBLE_BYTES) {
    throw wrong(`it is extensible but has ${chunk.byteLength} bytes, expected ${EXTENSIBLE_BYTES}`)
  }
  const subformat = Array.from({ length: 14 }, (_, index) =>
    chunk
      .getUint8(26 + index)
      .toString(16)
      .padStart(2, '0'),
  ).join('')
  if (subformat !== SUBFORMAT_TAIL)
    throw unsupported(`extensible WAV file of unknown subformat …${subformat}`)
  return chunk.getUint16(24, true)
}

function sampleBits(encoding: 'pcm' | 'float', bits: number): WavFormat['bitsPerSample'] {
  if (bits === 0) throw wrong('it says 0 bits per sample')
  if (encoding === 'pcm' && (bits === 8 || bits === 16 || bits === 24 || bits === 32)) return bits
  if (encoding === 'float' && (bits === 32 || bits === 64)) return bits
  throw unsupported(`WAV files with ${bits}-bit ${encoding === 'pcm' ? 'PCM' : 'float'} samples are not read`)
}

function wrong(what: string): SpeechError {
  return new SpeechError('invalid-wav', `broken "fmt " chunk in the WAV file: ${what}`, {
    hint: 'Write the file again with another program.',
  })
}

function unsupported(what: string): SpeechError {
  return new SpeechError('unsupported-audio', what, {
    hint: 'Convert the file to 16-bit PCM WAV.',
  })
}
