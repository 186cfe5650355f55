import type { AcousticModel, TagIds } from '@sensevoice-web/engine'
import { createSenseVoiceModel, recognizerOver } from '@sensevoice-web/onnx'
import type { ClipReference } from '../../wire/recognizer-api.ts'
import type { RuntimeModule } from '../start-runtime.ts'
import { onProcessor } from './gpu/live-model.ts'
import type { ModelFiles } from './opened-model.ts'
import { sessionParts } from './prepared-model.ts'
import type { BuildRequest, BuiltRecognizer } from './recognizer-builder.ts'
import { findClip, runClip } from './self-test.ts'

/** The model on the processor. */
export async function wasmModel(
  runtime: RuntimeModule,
  files: ModelFiles,
  threads: number,
  tags: TagIds,
): Promise<AcousticModel> {
  const { session, release } = await sessionParts(files)
  const options = {
    runtime,
    ...session,
    executionProvider: 'wasm',
    threads,
    facts: files.manifest,
    tags,
  } as const
  return await createSenseVoiceModel(options).finally(release)
}

/** Recognition in WASM alone. */
export async function buildOnWasm({
  runtime,
  files,
  threads,
  selfTest,
  onProgress,
}: BuildRequest): Promise<BuiltRecognizer> {
  const { manifest: facts, tokens } = files
  const { sha256 } = facts.files.model
  const wanted = selfTest?.unlessModel === sha256 ? undefined : selfTest
  const clip = wanted && (await findClip(wanted, files))
  const features = clip && 'features' in clip ? clip.features : undefined
  const reason = clip && 'missing' in clip ? clip.missing : undefined
  onProgress({ stage: features === undefined ? 'warm-up' : 'self-test', loadedBytes: 0 })
  let reference: ClipReference | undefined
  const { recognizer } = await recognizerOver(
    async (tags) => {
      const model = await wasmModel(runtime, files, threads, tags)
      if (features !== undefined) {
        reference = { model: sha256, run: await runClip(onProcessor(model), features) }
      }
      return model
    },
    { facts, tokens, clock: () => performance.now() },
  )
  const computing = { provider: 'wasm', ...(reference && { reference }), ...(reason && { reason }) } as const
  return { recognizer, computing, needsFiles: false }
}
