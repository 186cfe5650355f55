import { readFile, rm, stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { PREPARE_VERSION } from '@sensevoice-web/onnx'
import { env } from 'onnxruntime-node'
import type { FileProof } from './proven-file.ts'

/** What was made of a model for this machine, and what came of the probe. */
export interface PrepareVerdict {
  readonly version: number
  /** Of the published file it was made from. */
  readonly source: { readonly bytes: number; readonly modifiedMs: number }
  /** What was written; the files are there where the outcome is `faster`. */
  readonly files: { readonly graph: FileProof; readonly weights: FileProof }
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
      verdict.files !== undefined &&
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

/**
 * Path of the graph that `sensevoice model prepare` made, where it is good for this machine and this file and both of its parts are there.
 *
 * @param modelPath the published file
 */
export async function preparedGraph(folder: string, modelPath: string): Promise<string | undefined> {
  const verdict = await readVerdict(folder, modelPath)
  if (verdict?.outcome !== 'faster' || !(await isThere(folder, verdict))) return undefined
  return preparedPaths(folder).graph
}

/** Whether both prepared files are there in their sizes: what a start can afford to look at. */
export async function isThere(folder: string, verdict: PrepareVerdict): Promise<boolean> {
  const sizes = await Promise.all(
    provenPaths(folder, verdict).map(async ({ path, proof }) => {
      const info = await stat(path).catch(() => undefined)
      return info?.size === proof.bytes
    }),
  )
  return sizes.every(Boolean)
}

/** The prepared files with what was written to them. */
export function provenPaths(folder: string, { files }: PrepareVerdict) {
  const { graph, weightsName } = preparedPaths(folder)
  return [
    { path: graph, proof: files.graph },
    { path: join(folder, weightsName), proof: files.weights },
  ]
}

/** Deletes the graph and its weights; the verdict stays, so that nobody tries again in vain. */
export async function dropPrepared(folder: string): Promise<void> {
  const { graph, weightsName } = preparedPaths(folder)
  await Promise.all([graph, join(folder, weightsName)].map((path) => rm(path, { force: true })))
}
