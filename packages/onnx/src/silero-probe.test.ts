import { VAD_WINDOW_SAMPLES, type VoiceProbe } from '@sensevoice-web/engine'
import { voiceProbeContract } from '@sensevoice-web/engine/testing'
import * as runtime from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { createSileroProbe } from './silero-probe.ts'
import { goldenClip, goldenValues, repositoryText, vadModel } from './test-data/files.ts'

interface VadGolden {
  readonly models: readonly {
    readonly name: string
    readonly clips: readonly { readonly name: string; readonly probabilities: { readonly file: string } }[]
  }[]
}

/** Two builds of onnxruntime, same float32 graph: rounding only. */
const TOLERANCE = 1e-3

const golden = JSON.parse(repositoryText('models/golden/vad.json')) as VadGolden

function probeOf(name: string): Promise<VoiceProbe> {
  return createSileroProbe({ runtime, model: vadModel(name), executionProvider: 'cpu' })
}

async function probabilities(probe: VoiceProbe, samples: Float32Array): Promise<number[]> {
  const all: number[] = []
  for (let at = 0; at + VAD_WINDOW_SAMPLES <= samples.length; at += VAD_WINDOW_SAMPLES) {
    all.push(await probe.probe(samples.subarray(at, at + VAD_WINDOW_SAMPLES)))
  }
  return all
}

for (const model of golden.models) {
  describe(model.name, () => {
    voiceProbeContract(
      { test, expect },
      { create: () => probeOf(model.name), speech: goldenClip('en-three-one-four') },
    )

    for (const clip of model.clips) {
      test(`agrees with onnxruntime's Python package on every window of ${clip.name}`, async () => {
        const expected = goldenValues(clip.probabilities.file)
        const probe = await probeOf(model.name)
        const found = await probabilities(probe, goldenClip(clip.name))
        await probe.dispose()
        expect(found.length).toBe(expected.length)
        expect(found.length).toBeGreaterThan(10)
        const worst = Math.max(
          ...found.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN))),
        )
        expect(worst).toBeLessThan(TOLERANCE)
      })
    }

    test('answers windows asked for all at once as if they had been asked one by one', async () => {
      const samples = goldenClip('en-go-left')
      const probe = await probeOf(model.name)
      const single = await probabilities(probe, samples)
      probe.reset()
      const windows = single.map((_, index) => samples.subarray(index * 512, index * 512 + 512))
      expect(await Promise.all(windows.map((window) => probe.probe(window)))).toEqual(single)
      await probe.dispose()
    })

    test('forgets a run that was under way when it is reset', async () => {
      const speech = goldenClip('en-go-left').subarray(8000, 8512)
      const window = goldenClip('white-noise').subarray(0, 512)
      const probe = await probeOf(model.name)
      const fresh = await probe.probe(window)
      probe.reset()
      const running = probe.probe(speech)
      probe.reset()
      await running
      expect(await probe.probe(window)).toBe(fresh)
      await probe.dispose()
    })

    test('refuses sound that is not a number, and goes on with the next window', async () => {
      const probe = await probeOf(model.name)
      const broken = new Float32Array(VAD_WINDOW_SAMPLES).fill(Number.NaN)
      await expect(probe.probe(broken)).rejects.toMatchObject({ code: 'invalid-audio' })
      expect(await probe.probe(new Float32Array(VAD_WINDOW_SAMPLES))).toBeLessThan(0.5)
      await probe.dispose()
    })
  })
}

test('refuses the legacy Silero network by its inputs', async () => {
  await expect(probeOf('silero_vad_legacy')).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('its inputs are'),
  })
})

test('refuses a web page under the name of the model', async () => {
  const model = new TextEncoder().encode('<!doctype html><title>404</title>')
  await expect(createSileroProbe({ runtime, model, executionProvider: 'cpu' })).rejects.toMatchObject({
    code: 'model-corrupt',
  })
})
