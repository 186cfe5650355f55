import { createHash } from 'node:crypto'
import { type AcousticModel, findTags, readManifest, Vocabulary } from '@sensevoice-web/engine'
import { createSenseVoiceModel } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import {
  SMALL_PIECES,
  SMALL_TOKENS,
  smallManifest,
  smallSherpaModel,
} from '../../../../onnx/src/test-data/small-model.ts'
import { modelIdentity } from '../triton/model-identity.ts'

const MODEL = smallSherpaModel()

/** The small model of the contract, as a stand-in serves it. */
export const SMALL_FACTS = readManifest(smallManifest(MODEL, 'sherpa'))
export const SMALL_TAGS = findTags(new Vocabulary(SMALL_PIECES))
export const SMALL_IDENTITY = modelIdentity(new TextEncoder().encode(SMALL_TOKENS), SMALL_FACTS.frontend)

/** Computed here by hand, so that both sides of the contract are not one function. */
export const SMALL_PARAMETERS = {
  model_name: 'Small',
  model_version: '1',
  tokens_sha256: createHash('sha256').update(SMALL_TOKENS).digest('hex'),
  cmvn_sha256: cmvnSha256(),
}

/** The model itself, on this machine. */
export function smallModel(): Promise<AcousticModel> {
  return createSenseVoiceModel({
    runtime,
    model: MODEL,
    facts: SMALL_FACTS,
    tags: SMALL_TAGS,
    executionProvider: 'cpu',
  })
}

function cmvnSha256(): string {
  const bytes = Buffer.alloc(2 * 560 * 4)
  for (let index = 0; index < 560; index++) {
    bytes.writeFloatLE(-8, index * 4)
    bytes.writeFloatLE(0.25, (560 + index) * 4)
  }
  return createHash('sha256').update(bytes).digest('hex')
}
