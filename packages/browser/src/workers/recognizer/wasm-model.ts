import type { AcousticModel, TagIds } from '@sensevoice-web/engine'
import { createSenseVoiceModel, recognizerOver } from '@sensevoice-web/onnx'
import type { ModelFiles } from './opened-model.ts'
import { sessionParts } from './prepared-model.ts'
import type { BuildRequest, BuiltRecognizer, RuntimeModule } from './recognizer-builder.ts'

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
  onProgress,
}: BuildRequest): Promise<BuiltRecognizer> {
  onProgress({ stage: 'warm-up', loadedBytes: 0 })
  const { manifest: facts, tokens } = files
  const { recognizer } = await recognizerOver((tags) => wasmModel(runtime, files, threads, tags), {
    facts,
    tokens,
    clock: () => performance.now(),
  })
  return { recognizer, computing: { provider: 'wasm' }, needsFiles: false }
}
