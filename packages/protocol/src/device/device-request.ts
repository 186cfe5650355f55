import { LANGUAGE_CHOICES, type LanguageChoice, SpeechError } from '@sensevoice-web/engine'
import { Fields } from '../fields.ts'

/** One message of the device protocol. */
export interface DeviceRequest {
  /** Mono in [-1, 1). */
  readonly samples: Float32Array
  /** Hz. */
  readonly sampleRate: number
  readonly language?: LanguageChoice
  readonly withItn?: boolean
  /** The utterance ends with this message. */
  readonly final: boolean
}

/** @throws SpeechError `invalid-argument` naming the field, `sample-rate-unsupported` */
export function readDeviceRequest(text: string): DeviceRequest {
  const message = Fields.parse('the message', text)
  const audio = message.raw('audio')
  if (typeof audio !== 'string') throw message.wrong('audio', 'must be a text of hexadecimal digits')
  const sampleRate = message.has('sample_rate') ? message.raw('sample_rate') : 16_000
  if (typeof sampleRate !== 'number' || !(sampleRate >= 8000 && sampleRate <= 48_000)) {
    throw new SpeechError('sample-rate-unsupported', `"sample_rate" must lie in 8000 to 48000`, {
      hint: 'Send what the microphone gives, 16000 best.',
    })
  }
  return {
    samples: fromHex(audio, message),
    sampleRate,
    final: message.has('final') ? message.flag('final') : false,
    ...(message.has('language') ? { language: message.choice('language', LANGUAGE_CHOICES) } : {}),
    ...(message.has('itn') ? { withItn: message.flag('itn') } : {}),
  }
}

/** PCM16 little-endian, four digits a sample. */
function fromHex(digits: string, message: Fields): Float32Array {
  if (digits.length % 4 !== 0) {
    throw message.wrong('audio', 'must be whole samples of 16 bits: its length is no multiple of 4 digits')
  }
  const samples = new Float32Array(digits.length / 4)
  for (let index = 0; index < samples.length; index += 1) {
    const at = index * 4
    const low = nibble(digits, at) * 16 + nibble(digits, at + 1)
    const high = nibble(digits, at + 2) * 16 + nibble(digits, at + 3)
    const value = ((high * 256 + low) << 16) >> 16
    if (Number.isNaN(low + high)) throw message.wrong('audio', 'holds something that is no hexadecimal digit')
    samples[index] = value / 32_768
  }
  return samples
}

function nibble(digits: string, at: number): number {
  const code = digits.charCodeAt(at)
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : Number.NaN
}
