import { describe, expect, it } from 'vitest'
import { SpeechError } from '../errors.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { noise, tone } from '../testing/signals.ts'
import { joinSamples } from './join-samples.ts'
import { Resampler } from './resampler.ts'

const RATES = [8_000, 11_025, 12_000, 22_050, 32_000, 44_100, 44_101, 47_999, 48_000, 88_200, 96_000, 192_000]
const DOWN_RATES = RATES.filter((rate) => rate > 16_000)

function resample(input: Float32Array, rate: number): Float32Array {
  const resampler = new Resampler(rate)
  return joinSamples([resampler.push(input), resampler.flush()])
}

/** Without the ends, where the sound begins and stops and so has every frequency. */
function middle(samples: Float32Array): Float32Array {
  return samples.subarray(800, samples.length - 800)
}

function decibels(samples: Float32Array, reference: number): number {
  const mean = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  return 10 * Math.log10(mean / reference + 1e-30)
}

describe('Resampler measured', () => {
  it.each(RATES)('%i Hz: what it makes of a tone is that tone, on the same clock', (rate) => {
    // Up to 7 kHz, or 7/8 of what the input can hold.
    const top = Math.min(7_000, (rate / 2) * 0.875)
    for (const frequency of [50, 440, 1_000, 3_000, 5_000, 6_500, 7_000].filter((hertz) => hertz <= top)) {
      const output = resample(tone(frequency, { samples: rate / 2, sampleRate: rate }), rate)
      const ideal = tone(frequency, { samples: output.length })
      const error = output.map((sample, index) => sample - (ideal[index] as number))
      // 0.5 dB of ripple alone would be an error of -24 dB; a shift by one sample at 440 Hz is -15 dB.
      expect(decibels(middle(error), 0.125), `${frequency} Hz`).toBeLessThan(-55)
      expect(Math.abs(decibels(middle(output), 0.125)), `${frequency} Hz`).toBeLessThan(0.05)
    }
  })

  it.each(DOWN_RATES)('%i Hz: tones from 8 kHz on are more than 60 dB down', (rate) => {
    const top = rate / 2
    const steps = Array.from({ length: 24 }, (_, step) => 8_000 + 10 + ((top - 8_020) * step) / 23)
    for (const frequency of [8_001, 8_050, 8_200, 9_000, 15_990, ...steps].filter((hertz) => hertz < top)) {
      const output = resample(tone(frequency, { samples: rate / 4, sampleRate: rate }), rate)
      expect(decibels(middle(output), 0.125), `${frequency} Hz`).toBeLessThan(-60)
    }
  })

  it.each([8_000, 11_025, 12_000])('%i Hz: no images above what the input holds', (rate) => {
    const frequency = rate / 2 - 500
    const output = middle(resample(tone(frequency, { samples: rate, sampleRate: rate }), rate))
    const image = rate - frequency
    // Correlation with the image's own frequency.
    let re = 0
    let im = 0
    output.forEach((sample, index) => {
      const hann = 1 - Math.cos((2 * Math.PI * index) / (output.length - 1))
      re += hann * sample * Math.cos((2 * Math.PI * image * index) / 16_000)
      im += hann * sample * Math.sin((2 * Math.PI * image * index) / 16_000)
    })
    const amplitude = (2 * Math.hypot(re, im)) / output.length
    expect(20 * Math.log10(amplitude / 0.5)).toBeLessThan(-60)
  })

  it.each(RATES)('%i Hz: a constant stays that constant', (rate) => {
    const output = middle(resample(new Float32Array(rate / 2).fill(0.7), rate))
    for (const sample of output) expect(Math.abs(sample - 0.7)).toBeLessThan(1e-5)
  })

  it('a click lands on its own time', () => {
    const input = new Float32Array(48_000)
    input[30_000] = 1
    const output = resample(input, 48_000)
    const peak = output.reduce((best, value, at) => (value > (output[best] as number) ? at : best), 0)
    expect(peak).toBe(10_000)
  })
})

describe('Resampler as a stream', () => {
  it.each([...RATES, 16_000])('%i Hz: any chunking gives the same bits', (rate) => {
    const input = noise(rate, { samples: Math.floor(rate / 3) + 17 })
    const whole = resample(input, rate)
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed)
      const resampler = new Resampler(rate)
      const parts: Float32Array[] = []
      const largest = [3, 200, 20_000][seed - 1] as number
      for (let at = 0; at < input.length; ) {
        const size = Math.floor(random() * largest)
        parts.push(resampler.push(input.subarray(at, at + size)))
        at += size
      }
      parts.push(resampler.flush())
      expect(joinSamples(parts)).toEqual(whole)
    }
  })

  it.each([...RATES, 16_000])('%i Hz: as many samples as the time asks for', (rate) => {
    for (const samples of [0, 1, 2, 3, 100, 441, 12_345]) {
      expect(resample(noise(1, { samples }), rate).length).toBe(Math.round((samples * 16_000) / rate))
    }
  })

  it('gives every output as soon as its look-ahead is there', () => {
    const resampler = new Resampler(48_000)
    let outputs = 0
    for (let pushed = 1; pushed <= 3_000; pushed += 1) {
      outputs += resampler.push(new Float32Array(1)).length
      // Output k lies at input 3k and is known once input 3k + lookAhead is.
      expect(outputs).toBe(Math.max(0, Math.floor((pushed - 1 - resampler.lookAheadSamples) / 3) + 1))
    }
  })

  it('begins a new stream after flush', () => {
    const input = noise(7, { samples: 10_007 })
    const resampler = new Resampler(44_100)
    const first = joinSamples([resampler.push(input), resampler.flush()])
    expect(joinSamples([resampler.push(input), resampler.flush()])).toEqual(first)
    expect(resampler.flush().length).toBe(0)
  })

  it('copies: a chunk may be overwritten after push', () => {
    for (const rate of [16_000, 48_000]) {
      const resampler = new Resampler(rate)
      const chunk = new Float32Array(960).fill(0.5)
      const early = resampler.push(chunk)
      chunk.fill(-1)
      const all = joinSamples([early, resampler.flush()])
      expect(Math.min(...all.subarray(60, 200))).toBeGreaterThan(0.49)
    }
  })

  it.each([16_000, 48_000])('%i Hz: refuses NaN by place and does not take the chunk in', (rate) => {
    const resampler = new Resampler(rate)
    const input = noise(8, { samples: 5_000 })
    const first = resampler.push(input.subarray(0, 2_000))
    expect(() => resampler.push(Float32Array.of(0, Number.NaN))).toThrow(/sample 1 of 2 is NaN/)
    expect(() => resampler.push(Float32Array.of(-Infinity))).toThrow(SpeechError)
    const rest = [resampler.push(input.subarray(2_000)), resampler.flush()]
    expect(joinSamples([first, ...rest])).toEqual(resample(input, rate))
  })

  it.each([0, -1, 7_999, 192_001, 44_100.5, Number.NaN, Infinity])('refuses %d Hz', (rate) => {
    expect(() => new Resampler(rate)).toThrow(expect.objectContaining({ code: 'sample-rate-unsupported' }))
  })
})
