import type { Features } from '@sensevoice-web/engine'
import { noise } from '@sensevoice-web/engine/testing'
import type { OipRequest } from '../oip/oip-client.ts'
import { NARROW_OUTPUTS } from '../triton/narrow-answer.ts'

/** Features of noise. */
export function noiseFeatures(frames: number, seed = frames): Features {
  return { data: noise(seed, { samples: frames * 560, amplitude: 2 }), frames, dimension: 560 }
}

/** A request to the served model, with the prompt rows of Japanese and without ITN. */
export function servedRequest(features: Features): OipRequest {
  const { data, frames, dimension } = features
  return {
    model: 'sensevoice',
    version: '1',
    inputs: [
      { name: 'features', datatype: 'FP32', shape: [1, frames, dimension], data },
      { name: 'language', datatype: 'INT32', shape: [1, 1], data: Int32Array.of(11) },
      { name: 'text_norm', datatype: 'INT32', shape: [1, 1], data: Int32Array.of(15) },
    ],
    outputs: NARROW_OUTPUTS,
  }
}
