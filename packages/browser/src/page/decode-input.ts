import { SpeechError } from '@sensevoice-web/engine'
import type { AnalyzeInput } from '../api/options.ts'
import type { AnalysisPlace } from './analysis-place.ts'

/** Finite sound that can be read piece by piece, so that no step holds the page up. */
export interface FiniteSound {
  readonly sampleRate: number
  /** Frames. */
  readonly length: number
  /** Writes mono frames `[from, from + target.length)`. */
  fill(target: Float32Array, from: number): void
}

/** Rate to which the browser decodes what it alone can decode: it does not tell the file's own. */
const DECODE_RATE = 48_000

/**
 * @throws SpeechError `invalid-argument`, `file-not-found`, `network`, `invalid-wav`, `unsupported-audio`; the signal's reason when aborted
 */
export async function decodeInput(
  input: AnalyzeInput,
  sampleRate: number | undefined,
  reader: Pick<AnalysisPlace, 'readWav'>,
  signal: AbortSignal,
): Promise<FiniteSound> {
  if (input instanceof Float32Array) {
    if (sampleRate === undefined) {
      throw new SpeechError('invalid-argument', 'a Float32Array does not tell its sample rate', {
        hint: 'Pass `sampleRate` in Hz beside it.',
      })
    }
    return monoSound(input, sampleRate)
  }
  if (input instanceof AudioBuffer) return mixedSound(input)
  if (input instanceof Blob) return await decodeFile(input, reader, signal)
  if (typeof input === 'string' || input instanceof URL) {
    return await decodeFile(await download(input, signal), reader, signal)
  }
  return monoSound(input.samples, input.sampleRate)
}

function monoSound(samples: Float32Array, sampleRate: number): FiniteSound {
  return {
    sampleRate,
    length: samples.length,
    fill: (target, from) => target.set(samples.subarray(from, from + target.length)),
  }
}

function mixedSound(buffer: AudioBuffer): FiniteSound {
  const { numberOfChannels: channels, sampleRate, length } = buffer
  const scratch = new Float32Array(channels > 1 ? sampleRate : 0)
  return {
    sampleRate,
    length,
    fill(target, from) {
      const mono = target as Float32Array<ArrayBuffer>
      buffer.copyFromChannel(mono, 0, from)
      if (channels === 1) return
      const other = scratch.subarray(0, target.length)
      for (let channel = 1; channel < channels; channel += 1) {
        buffer.copyFromChannel(other, channel, from)
        for (let i = 0; i < mono.length; i += 1) mono[i] = (mono[i] ?? 0) + (other[i] ?? 0)
      }
      for (let i = 0; i < mono.length; i += 1) mono[i] = (mono[i] ?? 0) / channels
    },
  }
}

/** WAV is read by our own reader, as everywhere in this project, so that its samples are exact; anything else by the browser. */
async function decodeFile(
  file: Blob,
  reader: Pick<AnalysisPlace, 'readWav'>,
  signal: AbortSignal,
): Promise<FiniteSound> {
  const wav = await reader.readWav(file, signal)
  if (wav !== undefined) return monoSound(wav.samples, wav.sampleRate)
  const bytes = await file.arrayBuffer()
  signal.throwIfAborted()
  try {
    return mixedSound(await new OfflineAudioContext(1, 1, DECODE_RATE).decodeAudioData(bytes))
  } catch (cause) {
    throw new SpeechError('unsupported-audio', 'the browser cannot decode this file', {
      hint: 'WAV works everywhere; MP3, AAC, Ogg and FLAC depend on the browser.',
      cause,
    })
  }
}

async function download(address: string | URL, signal: AbortSignal): Promise<Blob> {
  const url = new URL(address, document.baseURI)
  let response: Response
  try {
    response = await fetch(url, { signal })
  } catch (cause) {
    signal.throwIfAborted()
    throw new SpeechError('network', `${url.href} could not be fetched`, {
      hint: 'Check the address, the connection, and that the server allows this page (CORS, CSP connect-src).',
      retryable: true,
      cause,
    })
  }
  if (!response.ok) {
    throw new SpeechError('file-not-found', `${url.href} answered ${response.status}`, {
      retryable: response.status >= 500,
    })
  }
  return await response.blob()
}
