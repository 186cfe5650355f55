import { freemem } from 'node:os'
import { SpeechError } from '@sensevoice-web/engine'

/** A model file above this is a full one: the published SenseVoiceSmall has 239 MB in int8, 900 MB in float32. */
const FULL_MODEL_BYTES = 100e6
/** What has to be free before it is loaded: the file, the session made of it, and its working memory. */
const FULL_MODEL_NEEDS_BYTES = 2e9
const SMALL_MODEL_NEEDS_BYTES = 250e6
/** What each further copy needs of that: 0.4 GB for a full model. */
const FURTHER_COPY_SHARE = 0.2

/** Memory that this process may still take, in bytes: of the machine, or of its container where that has less. */
export function availableBytes(): number {
  const { availableMemory } = process as { readonly availableMemory?: () => number }
  return availableMemory?.() ?? freemem()
}

/**
 * @param modelBytes size of the model's file
 * @param copies how often it is to be in memory, from 1 on
 * @throws SpeechError `out-of-memory` (retryable) that says how much is needed and how much there is
 */
export function requireMemory(model: string, modelBytes: number, copies: number, freeBytes: number): void {
  const first = modelBytes > FULL_MODEL_BYTES ? FULL_MODEL_NEEDS_BYTES : SMALL_MODEL_NEEDS_BYTES
  const needs = first * (1 + (copies - 1) * FURTHER_COPY_SHARE)
  if (freeBytes >= needs) return
  const name = copies === 1 ? `the model ${model}` : `the model ${model}, ${copies} times,`
  throw new SpeechError(
    'out-of-memory',
    `${name} needs ${gigabytes(needs)} of free memory to be loaded, there are ${gigabytes(freeBytes)}`,
    {
      hint: `Free memory, ${copies === 1 ? '' : 'set parallel lower, '}take a smaller model, or let a server recognize: the backends companion, triton and funasr.`,
      retryable: true,
    },
  )
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`
}
