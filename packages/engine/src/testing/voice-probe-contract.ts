import { VAD_WINDOW_SAMPLES, type VoiceProbe } from '../model/ports.ts'
import { type ContractTest, expectRefusal } from './contract-test.ts'
import { noise, silence, tone } from './signals.ts'

export interface VoiceProbeContractParts {
  /** A fresh probe for each test. */
  create(): Promise<VoiceProbe>
  /** Recorded speech at 16 kHz; where given, the probe must also tell it from silence. */
  readonly speech?: Float32Array
}

/** Registers what every `VoiceProbe` must keep. */
export function voiceProbeContract(api: ContractTest, parts: VoiceProbeContractParts): void {
  const { test, expect } = api
  const { speech } = parts

  test('gives a probability for silence, noise, a tone and a full-scale square wave', async () => {
    await withProbe(parts, async (probe) => {
      const square = Float32Array.from({ length: VAD_WINDOW_SAMPLES }, (_, index) => (index & 32 ? 1 : -1))
      const sounds = [
        silence(VAD_WINDOW_SAMPLES),
        noise(1, { samples: VAD_WINDOW_SAMPLES }),
        tone(440, { samples: VAD_WINDOW_SAMPLES }),
        square,
      ]
      for (const probability of await probeAll(probe, sounds)) {
        expect(probability).toBeGreaterThanOrEqual(0)
        expect(probability).toBeLessThanOrEqual(1)
      }
    })
  })

  test('gives the same probabilities for the same windows after a reset', async () => {
    await withProbe(parts, async (probe) => {
      const windows = windowsOf(noise(2, { samples: 8 * VAD_WINDOW_SAMPLES }))
      const first = await probeAll(probe, windows)
      probe.reset()
      expect(await probeAll(probe, windows)).toEqual(first)
    })
  })

  test('leaves the window as it was and does not need it afterwards', async () => {
    await withProbe(parts, async (probe) => {
      const windows = windowsOf(noise(3, { samples: 4 * VAD_WINDOW_SAMPLES }))
      const copies = windows.map((window) => window.slice())
      const kept = await probeAll(probe, copies)
      expect(copies.map((copy) => [...copy])).toEqual(windows.map((window) => [...window]))
      probe.reset()
      const reused = new Float32Array(VAD_WINDOW_SAMPLES)
      for (const [index, window] of windows.entries()) {
        reused.set(window)
        expect(await probe.probe(reused)).toBe(kept[index])
        reused.fill(1)
      }
    })
  })

  test('keeps two probes apart', async () => {
    await withProbe(parts, async (probe) => {
      await withProbe(parts, async (other) => {
        const windows = windowsOf(noise(4, { samples: 4 * VAD_WINDOW_SAMPLES }))
        const alone = await probeAll(probe, windows)
        probe.reset()
        const mixed: number[] = []
        for (const window of windows) {
          await other.probe(tone(200, { samples: VAD_WINDOW_SAMPLES }))
          mixed.push(await probe.probe(window))
        }
        expect(mixed).toEqual(alone)
      })
    })
  })

  test('refuses a window of another length', async () => {
    await withProbe(parts, async (probe) => {
      await expectRefusal(api, 'invalid-argument', () => probe.probe(silence(VAD_WINDOW_SAMPLES - 1)))
      await expectRefusal(api, 'invalid-argument', () => probe.probe(silence(0)))
    })
  })

  test('says that it is closed after dispose, which may be called twice', async () => {
    const probe = await parts.create()
    await probe.dispose()
    await probe.dispose()
    await expectRefusal(api, 'closed', () => probe.probe(silence(VAD_WINDOW_SAMPLES)))
  })

  if (speech === undefined) return
  test('tells speech from silence', async () => {
    await withProbe(parts, async (probe) => {
      const quiet = await probeAll(probe, windowsOf(silence(16 * VAD_WINDOW_SAMPLES)))
      expect(Math.max(...quiet)).toBeLessThanOrEqual(0.3)
      const spoken = await probeAll(probe, windowsOf(speech))
      expect(Math.max(...spoken)).toBeGreaterThan(0.5)
    })
  })
}

async function withProbe(
  parts: VoiceProbeContractParts,
  run: (probe: VoiceProbe) => Promise<void>,
): Promise<void> {
  const probe = await parts.create()
  try {
    await run(probe)
  } finally {
    await probe.dispose()
  }
}

async function probeAll(probe: VoiceProbe, windows: readonly Float32Array[]): Promise<number[]> {
  const probabilities: number[] = []
  for (const window of windows) probabilities.push(await probe.probe(window))
  return probabilities
}

function windowsOf(samples: Float32Array): readonly Float32Array[] {
  const count = Math.floor(samples.length / VAD_WINDOW_SAMPLES)
  return Array.from({ length: count }, (_, index) =>
    samples.slice(index * VAD_WINDOW_SAMPLES, (index + 1) * VAD_WINDOW_SAMPLES),
  )
}
