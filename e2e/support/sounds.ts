import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { joinSamples, Resampler, readWav, writeWav } from '@sensevoice-web/engine'

const SPEECH = join(import.meta.dirname, '../../models/golden/audio')
const MADE = join(import.meta.dirname, '../artifacts/sounds')
const RATE = 16_000

/** A committed clip of synthesized speech, 16 kHz, by its name in models/golden/audio. */
export interface Clip {
  readonly clip: string
}

export interface Silence {
  readonly silenceMs: number
}

/** Clips and silence one after another, 16 kHz mono. Silence is faint noise: digital zero is nothing a microphone gives. */
export function timeline(parts: readonly (Clip | Silence)[]): Float32Array {
  return joinSamples(parts.map((part) => ('clip' in part ? clip(part.clip) : silence(part.silenceMs))))
}

/** Writes a sound at 16 kHz as a WAV file at `sampleRate` for the fake microphone or a file input; returns its path. */
export function soundFile(name: string, sound: Float32Array, sampleRate = RATE): string {
  mkdirSync(MADE, { recursive: true })
  const path = join(MADE, `${name}.wav`)
  const resampler = new Resampler(RATE, sampleRate)
  const resampled = joinSamples([resampler.push(sound), resampler.flush()])
  writeFileSync(path, writeWav(resampled, sampleRate))
  return path
}

function clip(name: string): Float32Array {
  const { samples, sampleRate } = readWav(readFileSync(join(SPEECH, `${name}.wav`)))
  if (sampleRate !== RATE) throw new Error(`${name} is at ${sampleRate} Hz`)
  return samples
}

function silence(durationMs: number): Float32Array {
  let seed = 1
  return Float32Array.from({ length: (durationMs * RATE) / 1000 }, () => {
    seed = (seed * 16_807) % 2_147_483_647
    return (seed / 2_147_483_647 - 0.5) * 1e-4
  })
}
