import { findTags, isSpeechError, parseVocabulary } from '@sensevoice-web/engine'
import {
  PREPARE_VERSION,
  prepareModel,
  readFile,
  removeStale,
  requireRoom,
  rewrittenBytes,
  type StoreFolder,
  writeFile,
} from '@sensevoice-web/onnx'
import { holdUse, ifNotUsed, withLock } from '../../../store/locks.ts'
import { freeBytes } from '../../../store/storage-error.ts'
import type { ModelFiles } from '../opened-model.ts'

const GRAPH_FILE = `prepared-${PREPARE_VERSION}.blocked.onnx`
const WEIGHTS_FILE = `prepared-${PREPARE_VERSION}.blocked.weights`
const PUBLISHED = 'model'
const REWRITTEN = 'blocked'
/** Matrices come in pieces of a few MB; many small writes are slow. */
const PIECE_BYTES = 4 << 20

/** A model as WebGPU runs it: a graph over the published file and one with its matrices in blocks. */
export interface BlockedModel {
  readonly model: Uint8Array
  readonly externalData: readonly { readonly path: string; readonly data: Blob }[]
  /** To be called when the session is there, or cannot be: till then the files are kept from `removeBlocked`. */
  readonly release: () => Promise<void>
}

/**
 * Takes what was prepared before, or prepares it: beside the model where there is room, else in memory.
 *
 * @throws SpeechError `model-unsupported` when the model is not a quantized SenseVoice export
 */
export async function blockedModel(files: ModelFiles): Promise<BlockedModel> {
  const release = await holdUse(useOf(files))
  try {
    const prepared = await withLock(`prepare ${files.manifest.files.model.sha256}`, async () => {
      const { folder, model } = files
      // A place that hands out no Blobs would not give back what is written to it.
      if (folder === undefined || !(model.blob instanceof Blob)) return await inMemory(files)
      return (await kept(folder)) ?? (await inFolder(files, folder)) ?? (await inMemory(files))
    })
    const published = await blobOf(files)
    return {
      model: prepared.graph,
      externalData: [
        { path: PUBLISHED, data: published },
        { path: REWRITTEN, data: prepared.weights },
      ],
      release,
    }
  } catch (error) {
    await release()
    throw error
  }
}

/** Deletes what is prepared beside the model, unless a session is being built from it, in another tab, say. */
export async function removeBlocked(files: ModelFiles): Promise<void> {
  const { folder } = files
  if (folder !== undefined) await ifNotUsed(useOf(files), () => removeFrom(folder))
}

/** No folder of a model is called so. */
function useOf({ manifest }: ModelFiles): string {
  return `blocked ${manifest.files.model.sha256}`
}

async function removeFrom(folder: StoreFolder): Promise<void> {
  await folder.remove(GRAPH_FILE)
  await folder.remove(WEIGHTS_FILE)
}

interface Prepared {
  readonly graph: Uint8Array
  readonly weights: Blob
}

async function kept(folder: StoreFolder): Promise<Prepared | undefined> {
  const weights = (await folder.open(WEIGHTS_FILE))?.blob
  const graph = await readFile(folder, GRAPH_FILE)
  // The graph is written last: without it the other may be of anything.
  return graph === undefined || !(weights instanceof Blob) ? undefined : { graph, weights }
}

/** Undefined where it cannot be stored. */
async function inFolder(files: ModelFiles, folder: StoreFolder): Promise<Prepared | undefined> {
  try {
    await removeStale(folder)
    const partial = await folder.partial(WEIGHTS_FILE)
    try {
      await partial.clear()
      await requireRoom({ freeBytes }, await rewrittenBytes(files.model, 'blocked'))
      const graph = await prepare(files, (bytes) => partial.append(bytes))
      await partial.finish()
      await writeFile(folder, GRAPH_FILE, graph)
    } catch (error) {
      await partial.remove()
      // One without the other is of no use to any load.
      await removeFrom(folder)
      throw error
    } finally {
      await partial.close()
    }
    return await kept(folder)
  } catch (error) {
    if (isSpeechError(error) && (error.code === 'quota-exceeded' || error.code === 'file-unreadable')) {
      return undefined
    }
    throw error
  }
}

/** Browsers keep large Blobs on disk where they can. */
async function inMemory(files: ModelFiles): Promise<Prepared> {
  const pieces: Blob[] = []
  const graph = await prepare(files, async (bytes) => {
    pieces.push(new Blob([bytes]))
  })
  return { graph, weights: new Blob(pieces) }
}

async function prepare(
  files: ModelFiles,
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<Uint8Array> {
  const gathered = new Gathered(write)
  const { graph } = await prepareModel(files.model, {
    rewrite: 'blocked',
    tags: findTags(parseVocabulary(files.tokens), files.manifest.languages),
    storedName: PUBLISHED,
    rewrittenName: REWRITTEN,
    write: (bytes) => gathered.add(bytes),
  })
  await gathered.flush()
  return graph
}

/** Joins small writes into large ones. */
class Gathered {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>
  #buffer = new Uint8Array(PIECE_BYTES)
  #used = 0

  constructor(write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>) {
    this.#write = write
  }

  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, PIECE_BYTES - this.#used)
      this.#buffer.set(bytes.subarray(at, at + taken), this.#used)
      this.#used += taken
      at += taken
      if (this.#used === PIECE_BYTES) await this.flush()
    }
  }

  async flush(): Promise<void> {
    if (this.#used > 0) await this.#write(this.#buffer.slice(0, this.#used))
    this.#used = 0
  }
}

async function blobOf({ model }: ModelFiles): Promise<Blob> {
  const { blob } = model
  if (blob instanceof Blob) return blob
  return new Blob([(await model.read(0, model.byteLength)) as Uint8Array<ArrayBuffer>])
}
