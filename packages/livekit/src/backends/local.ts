import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { type Backend, createLocalBackend, DEFAULT_MODEL_DIR, modelFileIn } from '@sensevoice-web/server'
import type { BackendSource } from '../backend.ts'
import { type Shared, SharedResources } from '../shared-resource.ts'
import type { Device } from '../stt-settings.ts'
import { availableBytes, requireMemory } from './enough-memory.ts'
import { fetchedModel } from './fetched-model.ts'
import { requireWhole } from './require-whole.ts'
import { sharedBackend } from './server-backend.ts'

const PARTIAL_INTERVAL_MS = 400
const MOST_WAITING = 256
/** Each has a copy of the model: as many as there are processors would be too much memory on a large machine. */
const MOST_BY_DEFAULT = 2

export interface LocalOptions {
  /**
   * Folder, or the name of a published model (`sensevoice-small`) or the address of a manifest: those are fetched when they are first needed and
   * stored. Default: the embedded tiny model.
   */
  readonly model?: string
  /** `cuda` needs an `onnxruntime-node` with its CUDA libraries. Default `cpu`. */
  readonly device?: Device
  /** Recognitions at once, from 1 on, each with a copy of the model: about 0.4 GB for a full one. Default 2, or 1 on one processor. */
  readonly parallel?: number
  /** Threads of each, from 1 on. Default 1. */
  readonly threads?: number
  /** How much memory is free, in bytes. Default: what the system says, within the limits of a container. */
  readonly freeBytes?: () => number
}

/** What recognizes with the same options is there once a process, whichever STTs and jobs use it. */
const models = new SharedResources<Backend>((backend) => backend.dispose())
/** What `prewarmLocal` holds. */
const prewarmed = new Map<string, Promise<Shared<Backend>>>()

/**
 * Recognition in this process. The model is fetched where it is missing, loaded once for the same options, and freed with the last STT that uses it; before it is loaded, the
 * free memory is checked (2 GB for a full model, and 0.4 GB for each further copy).
 *
 * @throws SpeechError `invalid-argument`; from `open()`: `out-of-memory`, `model-not-found`, `model-corrupt`, `model-unsupported`, and
 *   `not-supported` for a device that onnxruntime has no libraries for
 */
export function localBackend(options: LocalOptions = {}): BackendSource {
  const complete = completeOptions(options)
  return {
    name: 'local',
    partialIntervalMs: PARTIAL_INTERVAL_MS,
    wordTimes: true,
    open: async () => sharedBackend(await useLocal(complete)),
  }
}

/**
 * Loads the model for as long as this process lives, so that every job finds it: for `prewarm` of `defineAgent`. Twice is as good as once.
 *
 * @throws SpeechError `invalid-argument`, and as `localBackend().open()`; it can be tried again then
 */
export async function prewarmLocal(options: LocalOptions = {}): Promise<void> {
  const complete = completeOptions(options)
  const key = keyOf(complete)
  const held = prewarmed.get(key) ?? useLocal(complete)
  prewarmed.set(key, held)
  try {
    await held
  } catch (error) {
    prewarmed.delete(key)
    throw error
  }
}

/** Models that are loaded in this process; one with several copies counts once. */
export function loadedModels(): number {
  return models.size
}

/** @throws SpeechError `invalid-argument` */
function completeOptions(options: LocalOptions): Required<LocalOptions> {
  const { parallel = Math.min(availableParallelism(), MOST_BY_DEFAULT), threads = 1 } = options
  requireWhole('parallel', parallel)
  requireWhole('threads', threads)
  const { model = DEFAULT_MODEL_DIR, device = 'cpu', freeBytes = availableBytes } = options
  return { model, device, parallel, threads, freeBytes }
}

function useLocal(options: Required<LocalOptions>): Promise<Shared<Backend>> {
  return models.use(keyOf(options), () => load(options))
}

async function load(options: Required<LocalOptions>): Promise<Backend> {
  const { model, device, parallel, threads, freeBytes } = options
  const folder = await fetchedModel(model)
  const { size } = await stat(join(folder, await modelFileIn(folder)))
  requireMemory(basename(folder), size, parallel, freeBytes())
  try {
    return await createLocalBackend({ model, device, parallel, threads, mostWaiting: MOST_WAITING })
  } catch (error) {
    if (device === 'cpu') throw error
    const { message } = toSpeechError(error, 'not-supported')
    throw new SpeechError('not-supported', `the model cannot run on ${device} here: ${message}`, {
      hint: 'Install the CUDA libraries of onnxruntime-node, take the device cpu, or the backend triton for a GPU elsewhere.',
      cause: error,
    })
  }
}

function keyOf({ model, device, parallel, threads }: Required<LocalOptions>): string {
  return JSON.stringify([model, device, parallel, threads])
}
