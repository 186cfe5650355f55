import { type AcousticModel, SpeechError, TAG_FRAMES, type TagIds } from '@sensevoice-web/engine'
import { createSenseVoiceModel } from '@sensevoice-web/onnx'
import type { RuntimeModule } from '../../start-runtime.ts'
import type { ModelFiles } from '../opened-model.ts'
import { blockedModel } from './blocked-model.ts'
import { type LiveModel, throwLost } from './live-model.ts'
import { openDevice } from './web-gpu.ts'

/** Frames of 30 s, the longest segment that the VAD makes: their logits are the largest buffer of the graph. */
const LONGEST_SEGMENT_FRAMES = 30_000 / 60
const FLOAT_BYTES = 4

/**
 * The model on a GPU device of its own: onnxruntime keeps the one that it makes itself, also when it is lost.
 *
 * @throws SpeechError `not-supported` without a fitting GPU, `model-unsupported` when a node of the graph has no kernel there,
 *   `inference-failed` when the device is lost meanwhile
 */
export async function gpuModel(runtime: RuntimeModule, files: ModelFiles, tags: TagIds): Promise<LiveModel> {
  const { manifest } = files
  const rowBytes = manifest.vocabularySize * FLOAT_BYTES
  const { device, largestBufferBytes } = await openDevice((LONGEST_SEGMENT_FRAMES + TAG_FRAMES) * rowBytes)
  let gone = false
  const lost = device.lost.then(({ reason, message }) => {
    gone = true
    return message === '' ? reason : message
  })
  try {
    const { release, ...blocked } = await blockedModel(files)
    const session = {
      runtime,
      ...blocked,
      prepared: true,
      executionProvider: 'webgpu',
      device,
      facts: manifest,
      tags,
    } as const
    // A session that waits for a lost device would wait for ever.
    const built = Promise.race([createSenseVoiceModel(session), lost.then(throwLost)])
    const model = await built.finally(release)
    return {
      provider: 'webgpu',
      model: withBound(model, Math.floor(largestBufferBytes / rowBytes) - TAG_FRAMES),
      lost,
      // The session ends first: onnxruntime waits for the device, which a lost one never answers.
      release: async () => {
        const disposed = model.dispose().catch(() => {})
        if (!gone) await Promise.race([disposed, lost])
        device.destroy()
      },
    }
  } catch (error) {
    // Whatever onnxruntime makes of a device that is gone, that is the reason.
    const reason = await Promise.race([lost, undefined])
    if (reason !== undefined) throwLost(reason)
    device.destroy()
    throw error
  }
}

/** A longer segment would be refused by the GPU only, far down in a kernel. */
function withBound(model: AcousticModel, mostFrames: number): AcousticModel {
  return {
    async infer(features, prompt) {
      if (features.frames > mostFrames) {
        throw new SpeechError(
          'out-of-memory',
          `a segment of ${features.frames} frames is more than this GPU's buffers hold (${mostFrames})`,
        )
      }
      return await model.infer(features, prompt)
    },
    dispose: () => model.dispose(),
  }
}
