import { findTags, isSpeechError, parseVocabulary } from '@sensevoice-web/engine'
import {
  type ByteSource,
  type ExternalData,
  PREPARE_VERSION,
  prepareModel,
  readFile,
  removeStale,
  type StoreFolder,
  writeFile,
} from '@sensevoice-web/onnx'
import { isOpfsSource } from '../../store/opfs-storage.ts'
import { LazyFile } from './lazy-file.ts'
import type { ModelFiles } from './opened-model.ts'
import { rangeReader } from './range-reader.ts'

/** Name under which the prepared graph looks for the published file. */
const STORED_NAME = 'model'
const GRAPH_FILE = `prepared-${PREPARE_VERSION}.integer.onnx`

/** What a session is built from. */
export interface SessionParts {
  readonly session: {
    readonly model: Uint8Array
    readonly externalData?: readonly ExternalData[]
    readonly prepared?: boolean
  }
  /** To be called when the session is there, or cannot be. */
  readonly release: () => void
}

/**
 * A model as WASM runs it best: a graph of its own over the weights of the file as it was downloaded, which saves the optimizing and half of
 * the memory at every load. The graph is made once and kept beside the file. The embedded model and files of another kind run as they are.
 */
export async function sessionParts(files: ModelFiles): Promise<SessionParts> {
  const graph = files.manifest.embedded ? undefined : await preparedGraph(files)
  const { model } = files
  if (graph === undefined)
    return { session: { model: await model.read(0, model.byteLength) }, release: () => {} }
  const { data, release } = await weights(model)
  return { session: { model: graph, prepared: true, externalData: [{ path: STORED_NAME, data }] }, release }
}

async function weights(model: ByteSource): Promise<{ data: Uint8Array; release: () => void }> {
  const { blob } = model
  if (!(blob instanceof Blob)) return { data: await model.read(0, model.byteLength), release: () => {} }
  const reader = await rangeReader(blob, isOpfsSource(model) ? model.handle : undefined)
  return { data: new LazyFile(blob.size, reader.read), release: () => reader.close() }
}

async function preparedGraph({
  model,
  manifest,
  tokens,
  folder,
}: ModelFiles): Promise<Uint8Array | undefined> {
  const kept = folder === undefined ? undefined : await readFile(folder, GRAPH_FILE)
  if (kept !== undefined) return kept
  try {
    const tags = findTags(parseVocabulary(tokens), manifest.languages)
    const { graph } = await prepareModel(model, { rewrite: 'integer', tags, storedName: STORED_NAME })
    if (folder !== undefined) await keep(folder, graph)
    return graph
  } catch (error) {
    // A float export, say: onnxruntime knows what to do with it.
    if (isSpeechError(error) && error.code === 'model-unsupported') return undefined
    throw error
  }
}

async function keep(folder: StoreFolder, graph: Uint8Array): Promise<void> {
  try {
    await removeStale(folder)
    await writeFile(folder, GRAPH_FILE, graph)
  } catch (error) {
    // A full disk costs half a second at the next load, nothing more.
    if (!isSpeechError(error)) throw error
  }
}
