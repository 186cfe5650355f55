import { type Features, isSpeechError, SpeechError, type TagIds } from '@sensevoice-web/engine'
import { recognizerOver } from '@sensevoice-web/onnx'
import type { ClipRun, Computing, GpuRequest, ProviderVerdict } from '../../../wire/recognizer-api.ts'
import { verdictFavours, verdictInWords } from '../../../wire/verdict-words.ts'
import type { BuildRequest, BuiltRecognizer } from '../recognizer-builder.ts'
import { findClip, runClip } from '../self-test.ts'
import { wasmModel } from '../wasm-model.ts'
import { removeBlocked } from './blocked-model.ts'
import { failureLasts } from './failure-lasts.ts'
import { gpuModel } from './gpu-model.ts'
import { type LiveModel, onProcessor } from './live-model.ts'
import { RecoveringModel } from './recovering-model.ts'
import { verdictOf } from './verdict-of.ts'

/**
 * Recognition on the GPU, once a clip has shown that it computes there what WASM computes: drivers are wrong in the field. One model is
 * in memory at a time.
 *
 * @throws SpeechError `not-supported` when WebGPU alone was asked for and cannot be trusted
 */
export async function buildOnGpu(request: BuildRequest): Promise<BuiltRecognizer> {
  const { files, gpu, onMove } = request
  if (gpu === undefined) throw new SpeechError('invalid-argument', 'the GPU worker needs a request for a GPU')
  const { manifest: facts, tokens } = files
  let computing: Computing | undefined
  const { recognizer } = await recognizerOver(
    async (tags) => {
      const builder = new Builder(request, gpu, tags)
      const chosen = await builder.choose()
      computing = chosen.computing
      const { rebuild, fallBack } = builder
      return new RecoveringModel({ live: chosen.live, rebuild, fallBack, onMove })
    },
    { facts, tokens, clock: () => performance.now() },
  )
  if (computing === undefined) throw new Error('a recognizer was built over no model')
  return { recognizer, computing, needsFiles: computing.provider === 'webgpu' }
}

interface Chosen {
  readonly live: LiveModel
  readonly computing: Computing
}

interface Compared {
  readonly live?: LiveModel
  readonly verdict: ProviderVerdict
  /** Why the GPU gave nothing to compare. */
  readonly cause?: unknown
}

class Builder {
  readonly #request: BuildRequest
  readonly #gpu: GpuRequest
  readonly #tags: TagIds

  constructor(request: BuildRequest, gpu: GpuRequest, tags: TagIds) {
    this.#request = request
    this.#gpu = gpu
    this.#tags = tags
  }

  readonly rebuild = (): Promise<LiveModel> => {
    const { runtime, files } = this.#request
    return gpuModel(runtime, files, this.#tags)
  }

  readonly fallBack = async (): Promise<LiveModel> => {
    const { runtime, files, threads } = this.#request
    return onProcessor(await wasmModel(runtime, files, threads, this.#tags))
  }

  async choose(): Promise<Chosen> {
    const { onProgress } = this.#request
    const known = this.#gpu.verdict
    if (known?.model === this.#sha256 && verdictFavours(known, this.#gpu.choose) === 'webgpu') {
      onProgress({ stage: 'warm-up', loadedBytes: 0 })
      return { live: await this.rebuild(), computing: webgpu(known, this.#gpu) }
    }
    onProgress({ stage: 'self-test', loadedBytes: 0 })
    const clip = await findClip(
      { url: this.#gpu.selfTest, optional: this.#gpu.choose === 'faster' },
      this.#request.files,
    )
    if ('missing' in clip) {
      return { live: await this.fallBack(), computing: { provider: 'wasm', reason: clip.missing } }
    }
    const { live, verdict, cause } = await this.#compare(clip.features)
    onProgress({ stage: 'warm-up', loadedBytes: 0 })
    if (live !== undefined && verdictFavours(verdict, this.#gpu.choose) === 'webgpu') {
      return { live, computing: webgpu(verdict, this.#gpu) }
    }
    await live?.release()
    const reason = verdictInWords(verdict)
    const lasts = cause === undefined || failureLasts(cause)
    if (lasts) await this.#removePrepared()
    if (this.#gpu.choose === 'webgpu') {
      throw new SpeechError('not-supported', `WebGPU cannot be trusted here: ${reason}`, {
        hint: 'Use provider "auto", or update the graphics driver.',
        retryable: !lasts,
        cause,
      })
    }
    // What may be over by the next load is not kept as a verdict.
    return { live: await this.fallBack(), computing: { provider: 'wasm', reason, ...(lasts && { verdict }) } }
  }

  /** No later load will ask for it. */
  async #removePrepared(): Promise<void> {
    try {
      await removeBlocked(this.#request.files)
    } catch (error) {
      // A file that cannot be deleted takes room, nothing more.
      if (!isSpeechError(error)) throw error
    }
  }

  get #sha256(): string {
    return this.#request.files.manifest.files.model.sha256
  }

  /**
   * What the processor gives, which is trusted. It comes from a worker of its own, because the heap of WASM never shrinks; it is found here only
   * where the model has become another one since the page asked, or would have to be fetched for each worker.
   */
  async #reference(features: Features): Promise<ClipRun> {
    const { reference } = this.#gpu
    if (reference?.model === this.#sha256) return reference.run
    const processor = await this.fallBack()
    try {
      return await runClip(processor, features)
    } finally {
      await processor.release()
    }
  }

  /** The GPU's model stays when it is right. */
  async #compare(features: Features): Promise<Compared> {
    const wasm = await this.#reference(features)
    let live: LiveModel | undefined
    try {
      live = await this.rebuild()
      return { live, verdict: verdictOf(this.#sha256, wasm, await runClip(live, features)) }
    } catch (error) {
      await live?.release()
      const reason = error instanceof Error ? error.message : String(error)
      return { verdict: { type: 'failed', model: this.#sha256, reason }, cause: error }
    }
  }
}

function webgpu(verdict: ProviderVerdict, { choose }: GpuRequest): Computing {
  const words = verdictInWords(verdict)
  const reason = choose === 'webgpu' ? `WebGPU, as asked for. ${words}` : words
  return { provider: 'webgpu', reason, verdict }
}
