import { assertFiniteSamples, SpeechError } from '@sensevoice-web/engine'
import type { CompressedKind } from './audio-kind.ts'
import type { DecodedAudio } from './decoded-audio.ts'
import { flacTotalSamples } from './flac-total-samples.ts'

/** What the four decoders have in common. */
interface Decoder {
  readonly ready: Promise<void>
  free(): void
}

interface Decoded {
  readonly channelData: readonly Float32Array[]
  readonly samplesDecoded: number
  readonly sampleRate: number
  readonly errors: readonly { readonly message: string }[]
}

const NAMES: Readonly<Record<CompressedKind, string>> = {
  flac: 'FLAC',
  mp3: 'MP3',
  'ogg-opus': 'Ogg Opus',
  'ogg-vorbis': 'Ogg Vorbis',
}

/** The FLAC decoder (0.2.11) loses the last frame of some files that end right behind it; with a few bytes more it finds all of them. */
const FLAC_TAIL_BYTES = 64

/**
 * Decodes a whole file. The decoders are WebAssembly and are loaded only when such a file comes.
 *
 * @throws SpeechError `invalid-audio` when the file is damaged or holds no sound
 */
export async function decodeCompressed(bytes: Uint8Array, kind: CompressedKind): Promise<DecodedAudio> {
  let decoded: Decoded
  try {
    decoded = await decode(bytes, kind)
  } catch (cause) {
    throw damaged(kind, cause instanceof Error ? cause.message : String(cause), cause)
  }
  const [error] = decoded.errors
  if (error !== undefined) throw damaged(kind, error.message)
  if (decoded.samplesDecoded === 0) throw damaged(kind, 'no sound was found in it')
  const total = kind === 'flac' ? flacTotalSamples(bytes) : undefined
  if (total !== undefined && decoded.samplesDecoded !== total) {
    throw damaged(kind, `${decoded.samplesDecoded} of its ${total} samples could be decoded`)
  }
  const samples = downmix(decoded.channelData, decoded.samplesDecoded)
  assertFiniteSamples(samples, `${NAMES[kind]} file`)
  return { samples, sampleRate: decoded.sampleRate }
}

async function decode(bytes: Uint8Array, kind: CompressedKind): Promise<Decoded> {
  switch (kind) {
    case 'flac': {
      const { FLACDecoder } = await import('@wasm-audio-decoders/flac')
      const followed = new Uint8Array(bytes.length + FLAC_TAIL_BYTES)
      followed.set(bytes)
      return using(new FLACDecoder(), async (decoder) => {
        const decoded = await decoder.decodeFile(followed)
        return { ...decoded, channelData: decoded.channelData.map((one) => asWav(one, decoded.bitDepth)) }
      })
    }
    case 'mp3': {
      const { MPEGDecoder } = await import('mpg123-decoder')
      return using(new MPEGDecoder(), (decoder) => decoder.decode(bytes))
    }
    case 'ogg-opus': {
      const { OggOpusDecoder } = await import('ogg-opus-decoder')
      return using(new OggOpusDecoder(), (decoder) => decoder.decodeFile(bytes))
    }
    case 'ogg-vorbis': {
      const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis')
      return using(new OggVorbisDecoder(), (decoder) => decoder.decodeFile(bytes))
    }
  }
}

/** The FLAC decoder divides by 32767; 32768, as in WAV and in browsers, gives the same features for the same recording. */
function asWav(samples: Float32Array, bitDepth: number): Float32Array {
  const fullScale = 2 ** (bitDepth - 1)
  return samples.map((sample) => (sample * (fullScale - 1)) / fullScale)
}

async function using<D extends Decoder>(
  decoder: D,
  run: (decoder: D) => Decoded | Promise<Decoded>,
): Promise<Decoded> {
  try {
    await decoder.ready
    return await run(decoder)
  } finally {
    decoder.free()
  }
}

function downmix(channels: readonly Float32Array[], length: number): Float32Array {
  const mono = new Float32Array(length)
  for (const channel of channels) {
    for (let index = 0; index < length; index += 1) {
      mono[index] = (mono[index] as number) + (channel[index] as number) / channels.length
    }
  }
  return mono
}

function damaged(kind: CompressedKind, what: string, cause?: unknown): SpeechError {
  return new SpeechError('invalid-audio', `damaged ${NAMES[kind]} file: ${what}`, {
    hint: 'Fetch the file again, or convert it to 16-bit PCM WAV.',
    ...(cause === undefined ? {} : { cause }),
  })
}
