import { join } from 'node:path'
import { parseVocabulary } from '@sensevoice-web/engine'
import { factsFromCmvn, factsFromMetadata, type ModelFacts } from '@sensevoice-web/onnx'
import { exists, modelText } from './model-files.ts'

// A download as it is, without a manifest.json: sherpa-onnx publishes model.int8.onnx with tokens.txt, FunASR model_quant.onnx with tokens.json and am.mvn.
const TOKENS = ['tokens.txt', 'tokens.json']
const CMVN = 'am.mvn'

/** Text of the token list. @throws SpeechError `model-not-found` */
export async function publishedTokens(folder: string): Promise<string> {
  const name = (await firstOf(folder, TOKENS)) ?? 'tokens.txt'
  return await modelText(join(folder, name))
}

/**
 * What the ONNX file says of itself, or the am.mvn beside a FunASR export, which says nothing.
 *
 * @param metadata of the ONNX file
 * @throws SpeechError `model-unsupported` when neither says anything, `model-corrupt` for an am.mvn that is none
 */
export async function publishedFacts(
  folder: string,
  metadata: ReadonlyMap<string, string>,
  tokens: string,
): Promise<ModelFacts> {
  if (metadata.has('model_type') || (await firstOf(folder, [CMVN])) === undefined) {
    return factsFromMetadata(metadata)
  }
  return factsFromCmvn(await modelText(join(folder, CMVN)), 'funasr', parseVocabulary(tokens).size)
}

async function firstOf(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(join(folder, name))) return name
  return undefined
}
