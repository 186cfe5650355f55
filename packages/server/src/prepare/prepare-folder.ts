import { open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findTags, parseVocabulary, readManifest, SpeechError } from '@sensevoice-web/engine'
import {
  factsFromMetadata,
  isStale,
  type ModelFacts,
  PREPARE_VERSION,
  prepareModel,
  readGraph,
} from '@sensevoice-web/onnx'
import { modelFileIn } from '../model/read-model.ts'
import { onDisk } from '../store/disk-error.ts'
import { diskSource } from '../store/disk-source.ts'
import {
  dropPrepared,
  type PrepareVerdict,
  preparedPaths,
  readVerdict,
  thisMachine,
} from './prepared-files.ts'
import { probe } from './probe.ts'

/**
 * Rewrites a model's file for this machine's processor and measures whether that helps. The published file stays; analysis takes the rewritten one
 * from then on where it gave the same answer in less time.
 *
 * @param folder with a published download, or a manifest.json and its files
 * @param measure runs both; the probe of this machine
 * @throws SpeechError `model-not-found`, `model-corrupt`, `model-unsupported` when it is not an int8 export, `quota-exceeded` when the disk is
 *   full
 */
export async function prepareFolder(folder: string, measure = probe): Promise<PrepareVerdict> {
  const modelPath = join(folder, await modelFileIn(folder))
  const before = await readVerdict(folder, modelPath)
  if (before !== undefined) return before
  const source = await diskSource(modelPath)
  if (source === undefined) throw new SpeechError('model-not-found', `there is no file ${modelPath}`)
  const facts = await factsOf(folder, await readGraph(source))
  const tags = findTags(parseVocabulary(await tokensOf(folder)), facts.languages)
  const { graph: graphPath, weightsName, verdict: verdictPath } = preparedPaths(folder)
  const weights = await atomicFile(join(folder, weightsName))
  try {
    const { graph } = await prepareModel(source, {
      rewrite: 'signed',
      tags,
      storedName: weightsName,
      rewrittenName: weightsName,
      write: (bytes) => weights.append(bytes),
    })
    await weights.commit()
    await onDisk(graphPath, () => writeFile(graphPath, graph))
    const measured = await measure({ modelPath, graphPath, facts, tags })
    const { size, mtimeMs } = await stat(modelPath)
    const verdict: PrepareVerdict = {
      version: PREPARE_VERSION,
      source: { bytes: size, modifiedMs: mtimeMs },
      ...thisMachine(),
      ...measured,
    }
    if (verdict.outcome !== 'faster') await dropPrepared(folder)
    await onDisk(verdictPath, () => writeFile(verdictPath, `${JSON.stringify(verdict)}\n`))
    for (const name of await readdir(folder)) if (isStale(name)) await rm(join(folder, name))
    return verdict
  } catch (error) {
    await weights.abandon()
    await dropPrepared(folder)
    throw error
  }
}

async function factsOf(folder: string, graph: Awaited<ReturnType<typeof readGraph>>): Promise<ModelFacts> {
  const manifest = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined)
  return manifest === undefined ? factsFromMetadata(graph.metadata) : readManifest(JSON.parse(manifest))
}

async function tokensOf(folder: string): Promise<string> {
  const manifest = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => undefined)
  const name = manifest === undefined ? 'tokens.txt' : readManifest(JSON.parse(manifest)).files.tokens.path
  const path = join(folder, name)
  return await onDisk(path, () => readFile(path, 'utf8'))
}

/** A file that is there whole or not at all. */
async function atomicFile(path: string) {
  const partial = `${path}.partial`
  const file = await onDisk(partial, () => open(partial, 'w'))
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await file.close()
  }
  return {
    append: (bytes: Uint8Array): Promise<void> => onDisk(partial, async () => void (await file.write(bytes))),
    async commit(): Promise<void> {
      await onDisk(partial, () => file.sync())
      await close()
      await onDisk(path, () => rename(partial, path))
    },
    async abandon(): Promise<void> {
      await close()
      await rm(partial, { force: true })
    },
  }
}
