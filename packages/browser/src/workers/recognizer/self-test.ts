import { createFrontEnd, type Features, isSpeechError, readWav, SpeechError } from '@sensevoice-web/engine'
import type { ClipRequest, ClipRun } from '../../wire/recognizer-api.ts'
import { download } from '../download.ts'
import { type LiveModel, throwLost } from './gpu/live-model.ts'
import type { ModelFiles } from './opened-model.ts'

const PROMPT = { language: 'auto', withItn: true } as const
/** The first run compiles; of the others the best is taken. */
const TIMED_RUNS = 3
/** The clip is one word; this often it is as long as what people say. */
const REPEATS = 4
/** A provider that needs this much time in one run is not timed again. */
const LONG_RUN_MS = 1_000

/** The clip that providers are compared on; or why there is none, in a sentence for users. */
export type Clip = { readonly features: Features } | { readonly missing: string }

/** @throws SpeechError `network`, `model-not-found`, `invalid-wav`, `invalid-audio` where the clip is not optional */
export async function findClip(
  { url, optional }: Pick<ClipRequest, 'url' | 'optional'>,
  files: ModelFiles,
): Promise<Clip> {
  try {
    return { features: await clipFeatures(url, files) }
  } catch (error) {
    if (!optional || !isSpeechError(error)) throw error
    return { missing: `WASM: the GPU could not be tried out (${error.message}).` }
  }
}

async function clipFeatures(url: string, { manifest }: ModelFiles): Promise<Features> {
  const { sampleRate, samples } = readWav(await download(url, 'the self-test clip'))
  if (sampleRate !== manifest.frontend.sampleRate) {
    throw new SpeechError(
      'invalid-audio',
      `the self-test clip has to have ${manifest.frontend.sampleRate} Hz`,
    )
  }
  const sound = new Float32Array(samples.length * REPEATS)
  for (let repeat = 0; repeat < REPEATS; repeat += 1) sound.set(samples, repeat * samples.length)
  return createFrontEnd(manifest.frontend).compute(sound)
}

/** Runs the clip until its time is known. */
export async function runClip({ model, lost }: LiveModel, features: Features): Promise<ClipRun> {
  const once = () => Promise.race([model.infer(features, PROMPT), lost.then(throwLost)])
  const output = await once()
  let elapsedMs = Number.POSITIVE_INFINITY
  for (let run = 0; run < TIMED_RUNS; run += 1) {
    const started = performance.now()
    await once()
    elapsedMs = Math.min(elapsedMs, performance.now() - started)
    if (elapsedMs > LONG_RUN_MS) break
  }
  return { output, elapsedMs }
}
