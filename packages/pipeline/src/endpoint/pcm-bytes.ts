import { SpeechError } from '@sensevoice-web/engine'

/** How files begin that some endpoints send whatever was asked for. Played as PCM they would be noise. */
const FILES = ['RIFF', 'ID3', 'OggS', 'fLaC']

/** Bytes of raw 16-bit little-endian PCM, cut anywhere, as samples. */
export class PcmBytes {
  #odd: number | undefined
  #begun = false

  /** @throws SpeechError `unsupported-audio` when the type is that of a text */
  constructor(contentType: string | null) {
    if (contentType !== null && /^(?:text\/|application\/json)/i.test(contentType)) throw notPcm('a text')
  }

  /**
   * @returns the samples that are whole; half of one is kept for the next time
   * @throws SpeechError `unsupported-audio` when a sound file begins here
   */
  push(bytes: Uint8Array): Int16Array {
    if (!this.#begun && bytes.length > 0) {
      const head = String.fromCharCode(...bytes.subarray(0, 4))
      const file = FILES.find((magic) => head.startsWith(magic))
      if (file !== undefined) throw notPcm(`a file (${file})`)
      this.#begun = true
    }
    const odd = this.#odd
    const length = bytes.length + (odd === undefined ? 0 : 1)
    const whole = new Uint8Array(length - (length % 2))
    if (odd === undefined) whole.set(bytes.subarray(0, whole.length))
    else if (whole.length > 0) {
      whole[0] = odd
      whole.set(bytes.subarray(0, whole.length - 1), 1)
    }
    if (length % 2 === 0) this.#odd = undefined
    else if (bytes.length > 0) this.#odd = bytes[bytes.length - 1] as number
    return new Int16Array(whole.buffer)
  }
}

function notPcm(what: string): SpeechError {
  return new SpeechError('unsupported-audio', `the voice sent ${what} instead of raw PCM`, {
    hint: 'Choose an endpoint that knows response_format "pcm".',
  })
}
