import { setTimeout as wait } from 'node:timers/promises'
import type { DeviceOptions } from './device-options.ts'

const SAMPLES_PER_MS = 16

export interface PacedChunk {
  readonly chunk: Float32Array
  /** Of its first sample, in the sound. */
  readonly atMs: number
  /** The connection is to be cut before it. */
  readonly cut: boolean
}

/**
 * Chunks when a microphone has them, as late as asked for.
 *
 * @param startedMs by `performance.now()`: when the sound began
 */
export async function* paced(
  sound: Float32Array,
  chunkSamples: number,
  startedMs: number,
  { jitterMs, cutsMs }: Pick<DeviceOptions, 'jitterMs' | 'cutsMs'>,
): AsyncGenerator<PacedChunk, void, undefined> {
  const cuts = cutsMs.toSorted((one, other) => one - other)
  for (let at = 0; at < sound.length; at += chunkSamples) {
    const dueMs = (at + chunkSamples) / SAMPLES_PER_MS + Math.random() * jitterMs
    await wait(Math.max(0, startedMs + dueMs - performance.now()))
    const atMs = at / SAMPLES_PER_MS
    const cut = (cuts[0] ?? Number.POSITIVE_INFINITY) <= atMs
    if (cut) cuts.shift()
    yield { chunk: sound.subarray(at, at + chunkSamples), atMs, cut }
  }
}
