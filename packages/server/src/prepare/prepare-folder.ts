import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { findTags, parseVocabulary, readManifest, SpeechError } from '@sensevoice-web/engine'
import {
  isStale,
  type ModelFacts,
  PREPARE_VERSION,
  prepareModel,
  readGraph,
  requireRoom,
  rewrittenBytes,
} from '@sensevoice-web/onnx'
import { publishedFacts, publishedTokens } from '../model/published-folder.ts'
import { modelFileIn } from '../model/read-model.ts'
import { onDisk } from '../store/disk-error.ts'
import { PARTIAL } from '../store/disk-partial.ts'
import { diskSource } from '../store/disk-source.ts'
import { freeBytesAt } from '../store/free-bytes.ts'
import { withFolderLock } from './folder-lock.ts'
import {
  dropPrepared,
  isThere,
  type PrepareVerdict,
  preparedPaths,
  readVerdict,
  thisMachine,
} from './prepared-files.ts'
import { probe } from './probe.ts'
import { type FileProof, provenFile } from './proven-file.ts'

export interface PrepareFolderOptions {
  /** Runs both. Default: the probe of this machine. */
  readonly measure?: typeof probe
  readonly signal?: AbortSignal | undefined
  /** What may still be written. Default: what the folder's disk says. */
  readonly freeBytes?: () => Promise<number | undefined>
}

/**
 * Rewrites a model's file for this machine's processor and measures whether that helps. The published file stays; analysis takes the rewritten one
 * from then on where it gave the same answer in less time. Of several processes one does it, and the others take its verdict.
 *
 * @param folder with a published download, or a manifest.json and its files
 * @throws SpeechError `model-not-found`, `model-corrupt`, `model-unsupported` when it is not an int8 export, `quota-exceeded` when the disk has no
 *   room for it, `file-unreadable` when the folder cannot be written to; the signal's reason, with nothing left behind
 */
export async function prepareFolder(
  folder: string,
  options: PrepareFolderOptions = {},
): Promise<PrepareVerdict> {
  const modelPath = join(folder, await modelFileIn(folder))
  const known = async () => {
    const verdict = await readVerdict(folder, modelPath)
    return verdict?.outcome !== 'faster' || (await isThere(folder, verdict)) ? verdict : undefined
  }
  const before = await known()
  if (before !== undefined) return before
  const work = async () => (await known()) ?? (await prepare(folder, modelPath, options))
  return await withFolderLock(folder, work, options.signal)
}

async function prepare(
  folder: string,
  modelPath: string,
  { measure = probe, signal, freeBytes = () => freeBytesAt(folder) }: PrepareFolderOptions,
): Promise<PrepareVerdict> {
  const source = await diskSource(modelPath)
  if (source === undefined) throw new SpeechError('model-not-found', `there is no file ${modelPath}`)
  const { facts, tokens } = await aboutModel(folder, await readGraph(source))
  const tags = findTags(parseVocabulary(tokens), facts.languages)
  const { graph: graphPath, weightsName, verdict: verdictPath } = preparedPaths(folder)
  await dropLeftovers(folder)
  await requireRoom({ freeBytes }, await rewrittenBytes(source, 'signed'))
  const weights = await provenFile(join(folder, weightsName))
  try {
    const { graph } = await prepareModel(source, {
      rewrite: 'signed',
      tags,
      storedName: weightsName,
      rewrittenName: weightsName,
      write: async (bytes) => {
        signal?.throwIfAborted()
        await weights.append(bytes)
      },
    })
    const proofs = { weights: await weights.commit(), graph: await writeProven(graphPath, graph) }
    const measured = await measure({ modelPath, graphPath, facts, tags }, signal)
    const { size, mtimeMs } = await stat(modelPath)
    const verdict: PrepareVerdict = {
      version: PREPARE_VERSION,
      source: { bytes: size, modifiedMs: mtimeMs },
      files: proofs,
      ...thisMachine(),
      ...measured,
    }
    if (verdict.outcome !== 'faster') await dropPrepared(folder)
    await onDisk(verdictPath, () => writeFile(verdictPath, `${JSON.stringify(verdict)}\n`))
    return verdict
  } catch (error) {
    await weights.abandon()
    await dropPrepared(folder)
    throw error
  }
}

/** Deletes what other versions have prepared, and what a killed process left of its writing: as large as the model, and read by nobody. */
async function dropLeftovers(folder: string): Promise<void> {
  const { graph, weightsName } = preparedPaths(folder)
  const unfinished = [basename(graph), weightsName].map((name) => name + PARTIAL)
  for (const name of await readdir(folder)) {
    if (isStale(name) || unfinished.includes(name)) await onDisk(folder, () => rm(join(folder, name)))
  }
}

/** What the manifest says, or the files themselves where there is none. */
async function aboutModel(
  folder: string,
  { metadata }: Awaited<ReturnType<typeof readGraph>>,
): Promise<{ facts: ModelFacts; tokens: string }> {
  const json = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined)
  if (json === undefined) {
    const tokens = await publishedTokens(folder)
    return { tokens, facts: await publishedFacts(folder, metadata, tokens) }
  }
  const facts = readManifest(JSON.parse(json))
  const path = join(folder, facts.files.tokens.path)
  return { facts, tokens: await onDisk(path, () => readFile(path, 'utf8')) }
}

async function writeProven(path: string, bytes: Uint8Array): Promise<FileProof> {
  const file = await provenFile(path)
  try {
    await file.append(bytes)
    return await file.commit()
  } catch (error) {
    await file.abandon()
    throw error
  }
}
