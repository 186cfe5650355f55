import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ModelManifest, readManifest, SpeechError } from '@sensevoice-web/engine'
import { factsFromMetadata, type ModelFacts, readMetadataProps } from '@sensevoice-web/onnx'
import { modelFileIn } from '../../model/read-model.ts'
import { type ModelIdentity, modelIdentity } from './model-identity.ts'

/** What is needed on this side of a served model. */
export interface LocalFiles {
  readonly facts: ModelFacts
  /** Text of the token list. */
  readonly tokens: string
  readonly identity: ModelIdentity
}

/**
 * Reads tokens and front end facts of a model's folder. With a manifest.json the ONNX file need not be there: the servers have it. Without one the
 * facts are read from the published ONNX file itself.
 *
 * @throws SpeechError `model-not-found`, `model-corrupt`, `model-unsupported`
 */
export async function readLocalFiles(folder: string): Promise<LocalFiles> {
  const manifestPath = join(folder, 'manifest.json')
  const manifest = (await isFile(manifestPath)) ? readManifest(await json(manifestPath)) : undefined
  const facts =
    manifest ?? factsFromMetadata(readMetadataProps(await bytesOf(join(folder, await modelFileIn(folder)))))
  const path = join(folder, manifest?.files.tokens.path ?? 'tokens.txt')
  const tokens = await bytesOf(path)
  const identity = modelIdentity(tokens, facts.frontend)
  if (manifest !== undefined) checkTokens(manifest, tokens, path)
  return { facts, tokens: new TextDecoder().decode(tokens), identity }
}

function checkTokens({ files }: ModelManifest, tokens: Uint8Array, path: string): void {
  const sha256 = createHash('sha256').update(tokens).digest('hex')
  if (sha256 === files.tokens.sha256) return
  throw new SpeechError(
    'model-corrupt',
    `${path} has the SHA-256 ${sha256}, the manifest says ${files.tokens.sha256}`,
    { hint: 'Download the model again.' },
  )
}

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await bytesOf(path)))
  } catch (cause) {
    if (cause instanceof SpeechError) throw cause
    throw new SpeechError('model-corrupt', `${path} is no JSON`, { hint: 'Download the model again.', cause })
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new SpeechError('model-not-found', `the model file ${path} cannot be read`, {
      hint: 'Give a folder with manifest.json and tokens, or a published model as it is.',
      cause,
    })
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}
