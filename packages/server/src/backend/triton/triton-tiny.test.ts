import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { SpeechResult } from '@sensevoice-web/engine'
import { type LoadedRecognizer, loadRecognizer } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goldenClip } from '../../../../onnx/src/test-data/files.ts'
import { readModel } from '../../model/read-model.ts'
import { NO_TRITON, RealTriton } from '../test-data/real-triton.ts'
import { createTritonRecognizer, type TritonRecognizer } from './triton-recognizer.ts'

const MODELS = join(import.meta.dirname, '../../../../../models')
const PYTHON = join(MODELS, '.venv/bin/python')
const CLIPS = ['en-three-one-four', 'en-hello'] as const

/** Why the repository of the tiny model cannot be written or served here. */
function missing(): string | undefined {
  if (NO_TRITON !== undefined) return NO_TRITON
  const writer = join(MODELS, 'sensevoice_models/triton/repository.py')
  const absent = [writer, PYTHON].find((path) => !existsSync(path))
  return absent === undefined ? undefined : `there is no ${absent}`
}

const reason = missing()

describe.skipIf(reason !== undefined)(
  `the tiny model in the repository that models/ writes${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    const repository = mkdtempSync(join(tmpdir(), 'sensevoice-tiny-'))
    let server: RealTriton
    let local: LoadedRecognizer
    let served: TritonRecognizer

    beforeAll(async () => {
      const modelDir = join(MODELS, 'tiny')
      const module = ['-m', 'sensevoice_models.triton.repository']
      execFileSync(PYTHON, [...module, '--model', modelDir, '--out', repository], {
        cwd: MODELS,
        stdio: 'pipe',
      })
      server = await RealTriton.start(repository)
      served = await createTritonRecognizer({ modelDir, endpoints: [server.http, server.grpc] })
      const model = await readModel(modelDir)
      local = await loadRecognizer({
        ...model,
        runtime,
        executionProvider: 'cpu',
        clock: () => performance.now(),
      })
    }, 120_000)
    afterAll(async () => {
      await served?.dispose()
      await local?.recognizer.dispose()
      await server?.kill()
      rmSync(repository, { recursive: true })
    })

    function expectSame(there: SpeechResult, here: SpeechResult) {
      expect(there.text).toBe(here.text)
      expect(there.tokens.map(({ id }) => id)).toEqual(here.tokens.map(({ id }) => id))
      // Another build of onnxruntime rounds the activations of the int8 graph a little otherwise.
      expect(there.confidence).toBeCloseTo(here.confidence, 1)
      for (const [emotion, score] of Object.entries(here.emotionScores)) {
        expect(there.emotionScores[emotion as keyof typeof there.emotionScores]).toBeCloseTo(score, 1)
      }
    }

    test.each(CLIPS)('hears in %s what the model on this machine hears', async (clip) => {
      const segment = { id: 0, samples: goldenClip(clip), startSamples: 0 }
      for (const options of [{}, { language: 'en', withItn: false }] as const) {
        const here = await local.recognizer.recognize(segment, options)
        expect(here.text).not.toBe('')
        // Twice, so that both transports answer.
        expectSame(await served.recognize(segment, options), here)
        expectSame(await served.recognize(segment, options), here)
      }
    })

    test('answers callers at once, in batches of different lengths, as it does them alone', async () => {
      const samples = goldenClip('en-three-one-four')
      const segments = Array.from({ length: 12 }, (_, index) => ({
        id: index,
        samples: samples.subarray(0, samples.length - index * 800),
        startSamples: 0,
      }))
      const alone: SpeechResult[] = []
      for (const segment of segments) alone.push(await served.recognize(segment))
      const together = await Promise.all(segments.map((segment) => served.recognize(segment)))
      for (const [index, result] of together.entries()) {
        const single = alone[index]
        if (single === undefined) throw new Error('every segment was recognized alone')
        expectSame(result, single)
      }
    })
  },
)
