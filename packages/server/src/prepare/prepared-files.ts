import { readFile, rm, stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { PREPARE_VERSION } from '@sensevoice-web/onnx'
import { env } from 'onnxruntime-node'

/** What was made of a model for this machine, and what came of the probe. */
export interface PrepareVerdict {
  readonly version: number
  /** Of the published file it was made from. */
  readonly source: { readonly bytes: number; readonly modifiedMs: number }
  readonly processor: string
  readonly runtime: string
  /** `faster`: same tokens and tags, less time. `slower` or `different`: not used here. */
  readonly outcome: 'faster' | 'slower' | 'different'
  /** 5 s of features, 1 thread, best of 3; in ms. */
  readonly publishedMs: number
  readonly preparedMs: number
}

/** Files beside the published one: onnxruntime reads weights from no other folder than the graph's. */
export function preparedPaths(folder: string) {
  const stem = join(folder, `prepared-${PREPARE_VERSION}`)
  return {
    graph: `${stem}.graph.onnx`,
    weightsName: `prepared-${PREPARE_VERSION}.weights`,
    verdict: `${stem}.json`,
  }
}

/** The machine as far as it decides which instructions onnxruntime takes. */
export function thisMachine(): Pick<PrepareVerdict, 'processor' | 'runtime'> {
  return {
    processor: `${process.arch} ${cpus()[0]?.model ?? 'unknown'}`,
    runtime: env.versions.node ?? 'unknown',
  }
}

/**
 * The verdict on a model's folder, where it is still good: made by this version, of this file, on this machine.
 *
 * @param modelPath the published file
 */
export async function readVerdict(folder: string, modelPath: string): Promise<PrepareVerdict | undefined> {
  try {
    const verdict = JSON.parse(await readFile(preparedPaths(folder).verdict, 'utf8')) as PrepareVerdict
    const { size, mtimeMs } = await stat(modelPath)
    const { processor, runtime } = thisMachine()
    const same =
      verdict.version === PREPARE_VERSION &&
      verdict.source.bytes === size &&
      verdict.source.modifiedMs === mtimeMs &&
      verdict.processor === processor &&
      verdict.runtime === runtime
    return same ? verdict : undefined
  } catch {
    // None was made, or it is not readable: the published file runs as it is.
    return undefined
  }
}

/** Deletes the graph and its weights; the verdict stays, so that nobody tries again in vain. */
export async function dropPrepared(folder: string): Promise<void> {
  const { graph, weightsName } = preparedPaths(folder)
  await Promise.all([graph, join(folder, weightsName)].map((path) => rm(path, { force: true })))
}
