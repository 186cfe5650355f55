import type { VoiceProbe } from '@sensevoice-web/engine'
import {
  assertFiniteSamples,
  SILERO_CONTEXT_SAMPLES,
  SileroContext,
  SpeechError,
  VAD_WINDOW_SAMPLES,
} from '@sensevoice-web/engine'
import type { InferenceSession, Tensor } from 'onnxruntime-common'
import { SerialRuns } from './serial-runs.ts'
import { createSession, type SessionOptions } from './session.ts'
import { runError } from './session-errors.ts'

const WHAT = 'the Silero VAD model'
const SAMPLE_RATE = 16_000n
const STATE_SHAPE = [2, 1, 128] as const
const STATE_VALUES = 2 * 128

/**
 * Loads Silero VAD v5 or v6, which share one interface: `input` [1, 64 + 512] float32, `state` [2, 1, 128] float32, `sr` int64; `output`
 * [1, 1] and `stateN`. The graph also takes a bare 512 without any error but with wrong probabilities, hence the context.
 *
 * @throws SpeechError `model-unsupported` for another network (the legacy file among them), `model-corrupt` for a file that is none
 */
export async function createSileroProbe(options: SessionOptions): Promise<VoiceProbe> {
  const silero = await loadSilero(options)
  const probe = silero.probe()
  return {
    probe: (window) => probe.probe(window),
    reset: () => probe.reset(),
    dispose: async () => {
      await probe.dispose()
      await silero.dispose()
    },
  }
}

/** Silero VAD in memory once, for any number of sounds. */
export interface Silero {
  /** A probe for one sound, with a past of its own: 1 kB. */
  probe(): VoiceProbe
  /** Frees the network; probes that still run end with `closed`. */
  dispose(): Promise<void>
}

/** The network behind `createSileroProbe`, for many sounds at once. @throws SpeechError as there */
export async function loadSilero(options: SessionOptions): Promise<Silero> {
  const session = await createSession(options, WHAT)
  const wanted = ['input', 'state', 'sr']
  if (!wanted.every((name) => session.inputNames.includes(name)) || !session.outputNames.includes('stateN')) {
    const found = session.inputNames.join(', ')
    await session.release()
    throw new SpeechError(
      'model-unsupported',
      `the VAD model is not Silero v5 or v6: its inputs are ${found}`,
      {
        hint: 'Use silero_vad_v5.onnx or silero_vad_v6.onnx.',
      },
    )
  }
  const probes = new Set<SileroProbe>()
  let released: Promise<void> | undefined
  return {
    probe: () => {
      const probe = new SileroProbe(session, options.runtime.Tensor, () => probes.delete(probe))
      probes.add(probe)
      return probe
    },
    dispose: () => {
      released ??= Promise.all([...probes].map((probe) => probe.dispose())).then(() => session.release())
      return released
    },
  }
}

class SileroProbe implements VoiceProbe {
  readonly #session: InferenceSession
  readonly #Tensor: SessionOptions['runtime']['Tensor']
  readonly #context = new SileroContext()
  readonly #runs = new SerialRuns(WHAT)
  readonly #onDispose: () => void
  readonly #rate: Tensor
  #state: Tensor
  /** Grows with every reset: the state of a run that began before it is dropped. */
  #generation = 0

  constructor(session: InferenceSession, Tensor: SessionOptions['runtime']['Tensor'], onDispose: () => void) {
    this.#session = session
    this.#onDispose = onDispose
    this.#Tensor = Tensor
    this.#rate = new Tensor('int64', BigInt64Array.of(SAMPLE_RATE), [])
    this.#state = this.#silentState()
  }

  async probe(window: Float32Array): Promise<number> {
    // The network would answer NaN with a probability like any other.
    assertFiniteSamples(window, 'VAD window')
    // The window is copied now, in the order of the calls: the caller may wait for many at once.
    const data = this.#context.next(window).slice()
    const generation = this.#generation
    return this.#runs.run(() => this.#probe(data, generation))
  }

  reset(): void {
    this.#generation += 1
    this.#context.reset()
    this.#state = this.#silentState()
  }

  dispose(): Promise<void> {
    this.#onDispose()
    return this.#runs.close(async () => {})
  }

  async #probe(data: Float32Array, generation: number): Promise<number> {
    const input = new this.#Tensor('float32', data, [1, SILERO_CONTEXT_SAMPLES + VAD_WINDOW_SAMPLES])
    const state = generation === this.#generation ? this.#state : this.#silentState()
    const outputs = await this.#session.run({ input, state, sr: this.#rate }).catch((error: unknown) => {
      throw runError(error, WHAT)
    })
    const next = outputs['stateN']
    const probability = Number(outputs['output']?.data[0])
    if (next === undefined || !(probability >= 0 && probability <= 1)) {
      throw new SpeechError(
        'inference-failed',
        'the Silero VAD model answered with something that is no probability',
        {
          hint: 'The model file is damaged, or the execution provider computes it wrongly.',
        },
      )
    }
    if (generation === this.#generation) this.#state = next
    return probability
  }

  #silentState(): Tensor {
    return new this.#Tensor('float32', new Float32Array(STATE_VALUES), STATE_SHAPE)
  }
}
