import { type AcousticModel, SpeechError } from '@sensevoice-web/engine'

/** An acoustic model and the end of the device it runs on. */
export interface LiveModel {
  readonly provider: 'webgpu' | 'wasm'
  readonly model: AcousticModel
  /** Resolves with what happened when the device is gone; never on a processor. */
  readonly lost: Promise<string>
  /** Frees the model; does not wait for a device that is gone. */
  release(): Promise<void>
}

const NEVER = new Promise<never>(() => {})

/** A model on the processor, which does not go away. */
export function onProcessor(model: AcousticModel): LiveModel {
  return { provider: 'wasm', model, lost: NEVER, release: () => model.dispose() }
}

/**
 * Ends what waits for a device that is gone.
 *
 * @throws SpeechError `inference-failed`, retryable: a GPU is often back a moment later
 */
export function throwLost(what: string): never {
  throw new SpeechError('inference-failed', `the GPU was lost (${what})`, {
    hint: 'Load the model again.',
    retryable: true,
  })
}
