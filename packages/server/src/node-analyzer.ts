import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import {
  analyzeSound,
  analyzeWholeSound,
  type RecognizeOptions,
  type SegmenterOptions,
  SpeechError,
  type SpeechResult,
} from '@sensevoice-web/engine'
import { type LoadedRecognizer, loadRecognizer, type ModelFacts } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { readAudioFile } from './audio/read-audio-file.ts'
import { resampledChunks } from './audio/resampled-chunks.ts'
import { DEFAULT_MODEL_DIR, DEFAULT_VAD_MODEL } from './model/default-models.ts'
import { readModel } from './model/read-model.ts'
import { withModelFolder } from './store/model-folder.ts'
import { VoiceProbes } from './voice-probes.ts'

/** More threads than this do not make one segment faster. */
const MOST_USEFUL_THREADS = 4

export interface NodeAnalyzerOptions {
  /**
   * Folder with manifest.json, model and tokens, or with a published download as it is; or the name of a model that `sensevoice model fetch`
   * has stored. Default: the embedded tiny model.
   */
  readonly modelDir?: string
  /** Silero VAD v5 or v6. Default: the v6 file that comes with this package. */
  readonly vadModelPath?: string
  /** Threads of recognition, from 1 on. Default: the processors there are, 4 at most. */
  readonly threads?: number
}

export interface AnalyzeFileOptions extends RecognizeOptions {
  /** `false`: the whole file is one segment (5 minutes at most). Else changes to the segmenter's defaults. */
  readonly vad?: Partial<SegmenterOptions> | false
}

/** Speech analysis of files with a model held in memory. */
export interface NodeAnalyzer {
  readonly model: ModelFacts
  /**
   * Results of one file in the order of its segments. Several files may be analyzed at the same time.
   *
   * @param path WAV, FLAC, MP3, Ogg Opus or Ogg Vorbis, 8 to 192 kHz
   * @throws SpeechError while iterating: `file-not-found`, `file-unreadable`, `invalid-wav`, `invalid-audio`, `unsupported-audio`,
   *   `sample-rate-unsupported`, `invalid-argument`, `inference-failed`, `closed`
   */
  analyzeFile(path: string, options?: AnalyzeFileOptions): AsyncIterable<SpeechResult>
  /** Frees the model. Analyses under way end with `closed`. */
  close(): Promise<void>
}

/**
 * Loads a model.
 *
 * @throws SpeechError `model-not-found`, `model-corrupt`, `model-unsupported`, `out-of-memory`, `invalid-argument`
 */
export async function createNodeAnalyzer(options: NodeAnalyzerOptions = {}): Promise<NodeAnalyzer> {
  const threads = options.threads ?? Math.min(availableParallelism(), MOST_USEFUL_THREADS)
  if (!Number.isInteger(threads) || threads < 1) {
    throw new SpeechError('invalid-argument', `threads must be a whole number from 1 on, got ${threads}`)
  }
  const loaded = await withModelFolder(options.modelDir ?? DEFAULT_MODEL_DIR, async (folder) =>
    loadRecognizer({
      ...(await readModel(folder)),
      runtime,
      executionProvider: 'cpu',
      threads,
      clock: () => performance.now(),
    }),
  )
  return new FileAnalyzer(loaded, new VoiceProbes(options.vadModelPath ?? DEFAULT_VAD_MODEL))
}

class FileAnalyzer implements NodeAnalyzer {
  readonly #loaded: LoadedRecognizer
  readonly #probes: VoiceProbes

  constructor(loaded: LoadedRecognizer, probes: VoiceProbes) {
    this.#loaded = loaded
    this.#probes = probes
  }

  get model(): ModelFacts {
    return this.#loaded.facts
  }

  async *analyzeFile(
    path: string,
    options: AnalyzeFileOptions = {},
  ): AsyncGenerator<SpeechResult, void, undefined> {
    const { vad, ...recognizeOptions } = options
    const { recognizer } = this.#loaded
    const sound = resampledChunks(await readAudioFile(path))
    if (vad === false) {
      yield await analyzeWholeSound(sound, recognizer, recognizeOptions)
      return
    }
    const probe = await this.#probes.take()
    try {
      const parts = { probe, recognizer }
      const segmenter = vad === undefined ? {} : { segmenter: vad }
      for await (const event of analyzeSound(sound, parts, { ...recognizeOptions, ...segmenter })) {
        if (event.type === 'result') yield event.result
        if (event.type === 'error') throw event.error
      }
    } finally {
      await probe.dispose()
    }
  }

  async close(): Promise<void> {
    await this.#loaded.recognizer.dispose()
    await this.#probes.dispose()
  }
}
