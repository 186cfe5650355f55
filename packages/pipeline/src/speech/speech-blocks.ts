import { SpeechError } from '@sensevoice-web/engine'
import type { SpeechPiece } from './voice.ts'

/** Step of the mouth, and what every block of sound is a whole number of. */
export const FRAME_MS = 20
/** Longest block: what is delivered cannot be taken back, so it is delivered in small portions. */
const BLOCK_FRAMES = 10

/** Samples of one frame. */
export function frameSamples(sampleRate: number): number {
  return Math.round((sampleRate * FRAME_MS) / 1000)
}

/** Cuts the sound of one sentence, which comes in pieces of any length, into blocks of whole frames, 200 ms at most; the last may be shorter. */
export class SpeechBlocks {
  readonly #longestMs: number
  #rest = new Int16Array(0)
  #sampleRate = 0
  #samples = 0

  /** @param longestMs most sound of one sentence */
  constructor(longestMs: number) {
    this.#longestMs = longestMs
  }

  /** Sound so far, in samples. */
  get samples(): number {
    return this.#samples
  }

  /**
   * @param piece not kept
   * @throws SpeechError `unsupported-audio` for a rate out of range or another than before, `overrun` when the sentence has no end
   */
  push({ pcm, sampleRate }: SpeechPiece): Generator<SpeechPiece> {
    this.#check(sampleRate)
    this.#samples += pcm.length
    if ((this.#samples / sampleRate) * 1000 > this.#longestMs) {
      throw new SpeechError('overrun', `a sentence of speech went on for more than ${this.#longestMs} ms`, {
        hint: 'Look at what the speech endpoint sends, or allow longer speech in the limits.',
      })
    }
    return this.#cut(pcm)
  }

  /** @returns what is left, if any */
  *flush(): Generator<SpeechPiece> {
    if (this.#rest.length > 0) yield { pcm: this.#rest, sampleRate: this.#sampleRate }
    this.#rest = new Int16Array(0)
  }

  *#cut(pcm: Int16Array): Generator<SpeechPiece> {
    const frame = frameSamples(this.#sampleRate)
    let at = 0
    for (;;) {
      const frames = Math.min(BLOCK_FRAMES, Math.floor((this.#rest.length + pcm.length - at) / frame))
      if (frames === 0) break
      const taken = frames * frame - this.#rest.length
      yield { pcm: joined(this.#rest, pcm.subarray(at, at + taken)), sampleRate: this.#sampleRate }
      this.#rest = new Int16Array(0)
      at += taken
    }
    this.#rest = joined(this.#rest, pcm.subarray(at))
  }

  #check(sampleRate: number): void {
    const known = Number.isSafeInteger(sampleRate) && sampleRate >= 8000 && sampleRate <= 96_000
    if (!known || (this.#sampleRate !== 0 && sampleRate !== this.#sampleRate)) {
      throw new SpeechError(
        'unsupported-audio',
        known
          ? `the voice went from ${this.#sampleRate} to ${sampleRate} Hz within a sentence`
          : `the voice speaks at ${sampleRate} Hz; 8000 to 96000 can be played`,
      )
    }
    this.#sampleRate = sampleRate
  }
}

function joined(first: Int16Array, second: Int16Array): Int16Array<ArrayBuffer> {
  const both = new Int16Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
