import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ModelFile, readManifest, SpeechError } from '@sensevoice-web/engine'
import { type ModelFacts, readMetadataProps } from '@sensevoice-web/onnx'
import { preparedGraph } from '../prepare/prepared-files.ts'
import { exists, modelBytes, modelText } from './model-files.ts'
import { publishedFacts, publishedTokens } from './published-folder.ts'

export interface ModelOnDisk {
  /** The file's bytes, or the path of what was prepared of it. */
  readonly model: Uint8Array | string
  readonly prepared?: 'but-for-layout'
  readonly facts?: ModelFacts
  readonly tokens: string
  /** Parsed manifest.json, when there is one. */
  readonly manifest?: unknown
}

/** Names under which sherpa-onnx and FunASR publish the file, for folders without a manifest. */
const PUBLISHED_NAMES = ['model.int8.onnx', 'model.onnx', 'model_quant.onnx']

/**
 * Reads a model's folder. With a manifest.json the files it names, checked by size and SHA-256; without one a published download as it is. Where the
 * model was prepared for this machine, that is taken instead.
 *
 * @throws SpeechError `model-not-found` naming the folder or file, `model-corrupt` when a file is not the one of the manifest
 */
export async function readModel(folder: string): Promise<ModelOnDisk> {
  const info = await stat(folder).catch(() => undefined)
  if (info === undefined || !info.isDirectory()) {
    throw new SpeechError('model-not-found', `there is no model folder ${folder}`, {
      hint: 'Give a folder with a model file and tokens.txt. In a checkout, `npm run setup` puts the embedded model in place.',
    })
  }
  const prepared = await preparedGraph(folder, join(folder, await modelFileIn(folder)))
  if (!(await exists(join(folder, 'manifest.json')))) {
    const tokens = await publishedTokens(folder)
    // A prepared graph carries the metadata of the file it was made from.
    const bytes = await modelBytes(prepared ?? join(folder, await modelFileIn(folder)))
    const facts = await publishedFacts(folder, readMetadataProps(bytes), tokens)
    if (prepared === undefined) return { model: bytes, facts, tokens }
    return { model: prepared, prepared: 'but-for-layout', facts, tokens }
  }
  const manifest = parsed(await modelText(join(folder, 'manifest.json')), folder)
  const { files } = readManifest(manifest)
  return {
    ...(prepared === undefined
      ? { model: await checked(folder, files.model) }
      : { model: prepared, prepared: 'but-for-layout' }),
    tokens: new TextDecoder().decode(await checked(folder, files.tokens)),
    manifest,
  }
}

/**
 * Name of the ONNX file in a model's folder.
 *
 * @throws SpeechError `model-not-found`, `model-corrupt`
 */
export async function modelFileIn(folder: string): Promise<string> {
  if (await exists(join(folder, 'manifest.json'))) {
    return readManifest(parsed(await modelText(join(folder, 'manifest.json')), folder)).files.model.path
  }
  for (const name of PUBLISHED_NAMES) if (await exists(join(folder, name))) return name
  throw new SpeechError(
    'model-not-found',
    `the folder ${folder} has neither a manifest.json nor any of ${PUBLISHED_NAMES.join(', ')}`,
    { hint: 'Give the folder that the model was unpacked to.' },
  )
}

async function checked(folder: string, file: ModelFile): Promise<Uint8Array> {
  const path = join(folder, file.path)
  const bytes = await modelBytes(path)
  if (bytes.length !== file.bytes) {
    throw notAsPublished(`${path} has ${bytes.length} bytes, the manifest says ${file.bytes}`)
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== file.sha256) {
    throw notAsPublished(`${path} has the SHA-256 ${sha256}, the manifest says ${file.sha256}`)
  }
  return bytes
}

function notAsPublished(what: string): SpeechError {
  return new SpeechError('model-corrupt', `the model was changed or damaged: ${what}`, {
    hint: 'Download the model again.',
  })
}

function parsed(text: string, folder: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SpeechError('model-corrupt', `the manifest.json in ${folder} is no JSON`, {
      hint: 'Download the model again.',
      cause,
    })
  }
}
