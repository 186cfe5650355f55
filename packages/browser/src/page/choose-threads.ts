import { SpeechError } from '@sensevoice-web/engine'

export interface ThreadFacts {
  readonly requested: number | undefined
  /** `crossOriginIsolated`: SharedArrayBuffer exists. */
  readonly isolated: boolean
  /** `navigator.hardwareConcurrency`. */
  readonly cores: number
  /** Threaded WASM under isolation hangs or runs out of memory in WebKit (microsoft/onnxruntime #11679, #22086). */
  readonly webkit: boolean
}

export interface ThreadChoice {
  readonly threads: number
  readonly reason: string
}

/** The bound of onnxruntime-web's own default. Beyond 2 cores nothing was measured here: `bench/full-size.mjs --threads` does it. */
const MOST_BY_DEFAULT = 4

/** @throws SpeechError `invalid-argument` for no whole number of at least 1, `not-supported` where the page cannot have that many */
export function chooseThreads({ requested, isolated, cores, webkit }: ThreadFacts): ThreadChoice {
  if (requested !== undefined) {
    if (!Number.isInteger(requested) || requested < 1) {
      throw new SpeechError('invalid-argument', `threads must be a whole number from 1, got ${requested}`)
    }
    if (requested > 1 && !isolated) {
      throw new SpeechError(
        'not-supported',
        `${requested} threads were asked for, but this page is not cross-origin isolated`,
        {
          hint: 'Serve the page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave `threads` out.',
        },
      )
    }
    return {
      threads: requested,
      reason: `${requested} ${requested === 1 ? 'thread' : 'threads'}, as asked for`,
    }
  }
  if (!isolated) {
    return {
      threads: 1,
      reason: 'One thread: the page is not cross-origin isolated (COOP and COEP headers are missing).',
    }
  }
  if (webkit) return { threads: 1, reason: 'One thread: threaded WASM is not reliable in WebKit.' }
  const threads = Math.max(1, Math.min(MOST_BY_DEFAULT, cores))
  return {
    threads,
    reason: `${threads} ${threads === 1 ? 'thread' : 'threads'}: the page is cross-origin isolated and the machine has ${cores} ${cores === 1 ? 'core' : 'cores'}.`,
  }
}
