import { PCM16_SCALE } from '@sensevoice-web/engine'
import { FRAME_MS, frameSamples } from '../speech/speech-blocks.ts'

/** How far the mouth is open during one frame. */
export interface MouthFrame {
  readonly startMs: number
  readonly endMs: number
  /** 0 closed, 1 wide open. */
  readonly openness: number
}

/** Level at which the mouth is closed, and at which it is wide open, in dB of full scale (RMS). */
const CLOSED_DB = -50
const OPEN_DB = -14
/** A mouth opens faster than it closes. Time constants. */
const ATTACK_MS = 15
const RELEASE_MS = 70

/** Mouth movement from the level of speech: RMS of each 20 ms frame in dB, smoothed. One for each sentence. */
export class MouthEnvelope {
  #openness = 0

  /**
   * @param pcm whole frames; only the last of a sentence may be shorter
   * @param sampleRate in Hz
   * @param startMs where `pcm` begins
   */
  frames(pcm: Int16Array, sampleRate: number, startMs: number): readonly MouthFrame[] {
    const frame = frameSamples(sampleRate)
    const frames: MouthFrame[] = []
    for (let at = 0; at < pcm.length; at += frame) {
      const samples = pcm.subarray(at, at + frame)
      this.#follow(opennessOf(samples))
      frames.push({
        startMs: startMs + (at * 1000) / sampleRate,
        endMs: startMs + ((at + samples.length) * 1000) / sampleRate,
        openness: this.#openness,
      })
    }
    return frames
  }

  #follow(target: number): void {
    const constantMs = target > this.#openness ? ATTACK_MS : RELEASE_MS
    this.#openness += (target - this.#openness) * (1 - Math.exp(-FRAME_MS / constantMs))
  }
}

function opennessOf(samples: Int16Array): number {
  let energy = 0
  for (const sample of samples) energy += sample * sample
  const db = 10 * Math.log10(energy / samples.length / PCM16_SCALE ** 2)
  return Math.min(1, Math.max(0, (db - CLOSED_DB) / (OPEN_DB - CLOSED_DB)))
}
