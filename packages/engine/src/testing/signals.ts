import { seededRandom } from './seeded-random.ts'

export interface SignalShape {
  readonly samples: number
  /** Hz, default 16000. */
  readonly sampleRate?: number
  /** Peak in [0, 1], default 0.5. */
  readonly amplitude?: number
}

export function silence(samples: number): Float32Array {
  return new Float32Array(samples)
}

/** A sine that starts at phase 0. */
export function tone(frequencyHz: number, shape: SignalShape): Float32Array {
  const { samples, sampleRate = 16_000, amplitude = 0.5 } = shape
  const step = (2 * Math.PI * frequencyHz) / sampleRate
  return Float32Array.from({ length: samples }, (_, index) => amplitude * Math.sin(step * index))
}

/** White noise, uniform in [-amplitude, amplitude); the same for the same seed. */
export function noise(seed: number, shape: SignalShape): Float32Array {
  const { samples, amplitude = 0.5 } = shape
  const random = seededRandom(seed)
  return Float32Array.from({ length: samples }, () => amplitude * (2 * random() - 1))
}

/** A sine whose frequency runs linearly from one end to the other. */
export function chirp(fromHz: number, toHz: number, shape: SignalShape): Float32Array {
  const { samples, sampleRate = 16_000, amplitude = 0.5 } = shape
  const slope = (toHz - fromHz) / samples
  return Float32Array.from(
    { length: samples },
    (_, index) =>
      amplitude * Math.sin((2 * Math.PI * (fromHz * index + (slope * index * index) / 2)) / sampleRate),
  )
}

/** One sample of full amplitude at 0, `periodSamples`, 2 `periodSamples` …, zeros between: shows shifts to the sample. */
export function clickTrain(periodSamples: number, shape: SignalShape): Float32Array {
  const { samples, amplitude = 0.5 } = shape
  return Float32Array.from({ length: samples }, (_, index) => (index % periodSamples === 0 ? amplitude : 0))
}
