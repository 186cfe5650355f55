import { performance } from 'node:perf_hooks'
import type { AcousticModel, AcousticOutput, TagIds } from '@sensevoice-web/engine'
import { compareOutputs, createSenseVoiceModel, type ModelFacts } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { readBytes } from '../read-bytes.ts'
import type { PrepareVerdict } from './prepared-files.ts'

/** 5 s of sound. */
const FRAMES = 83
const RUNS = 3

export interface ProbedModel {
  readonly modelPath: string
  readonly graphPath: string
  readonly facts: ModelFacts
  readonly tags: TagIds
}

/**
 * Runs the published and the prepared graph on the same features. Processors without an 8-bit dot product may saturate in the prepared one, which
 * no flag of the processor tells as surely as a look at the answers.
 *
 * @throws the signal's reason, looked at between the runs
 */
export async function probe(
  model: ProbedModel,
  signal?: AbortSignal,
): Promise<Pick<PrepareVerdict, 'outcome' | 'publishedMs' | 'preparedMs'>> {
  const { facts, tags } = model
  const shared = { runtime, facts, tags, executionProvider: 'cpu', threads: 1 } as const
  const published = await measure(
    await createSenseVoiceModel({ ...shared, model: await readBytes(model.modelPath) }),
    facts,
    signal,
  )
  const prepared = await measure(
    await createSenseVoiceModel({ ...shared, model: model.graphPath, prepared: 'but-for-layout' }),
    facts,
    signal,
  )
  const outcome = !compareOutputs(published.output, prepared.output).agrees
    ? 'different'
    : prepared.ms < published.ms
      ? 'faster'
      : 'slower'
  return { outcome, publishedMs: published.ms, preparedMs: prepared.ms }
}

async function measure(
  model: AcousticModel,
  { frontend }: ModelFacts,
  signal: AbortSignal | undefined,
): Promise<{ output: AcousticOutput; ms: number }> {
  const dimension = frontend.melBins * frontend.lfrWindowSize
  const features = { data: seededFeatures(FRAMES * dimension), frames: FRAMES, dimension }
  const prompt = { language: 'auto', withItn: true } as const
  try {
    signal?.throwIfAborted()
    let output = await model.infer(features, prompt)
    let ms = Number.POSITIVE_INFINITY
    for (let run = 0; run < RUNS; run += 1) {
      signal?.throwIfAborted()
      const started = performance.now()
      output = await model.infer(features, prompt)
      ms = Math.min(ms, performance.now() - started)
    }
    return { output, ms }
  } finally {
    await model.dispose()
  }
}

/** Features after CMVN are about normal; these are uniform with the same deviation, from a small generator, so that every probe sees the same. */
function seededFeatures(count: number): Float32Array {
  let state = 1
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 32 - 0.5) * Math.sqrt(12)
  })
}
