import type { LanguageChoice, LoadProgress, SegmenterOptions, SpeechEvent } from '@sensevoice-web/engine'

/**
 * Where the library's own files lie, for hosts that move them. Every one defaults to the place beside the library's `index.js`, on the
 * same origin; workers and the worklet must stay on the page's own origin (a browser's rule).
 */
export interface AssetUrls {
  readonly listenerWorker: string | URL
  readonly recognizerWorker: string | URL
  readonly captureWorklet: string | URL
  /** `ort-wasm-simd-threaded.wasm` of the onnxruntime-web version this package was built with. */
  readonly wasm: string | URL
  /** `ort-wasm-simd-threaded.mjs` of the same version. */
  readonly wasmGlue: string | URL
  /** The recognizer for WebGPU; it, the two files behind it and the clip are fetched only where WebGPU is tried. */
  readonly gpuRecognizerWorker: string | URL
  /** `ort-wasm-simd-threaded.jspi.wasm` of the same version. */
  readonly jspiWasm: string | URL
  /** `ort-wasm-simd-threaded.jspi.mjs` of the same version. */
  readonly jspiGlue: string | URL
  /** A word of speech on which WebGPU is compared with WASM before it is trusted. */
  readonly selfTest: string | URL
  /** Silero VAD v6. */
  readonly vadModel: string | URL
  /** The embedded tiny model; its other two files are looked up beside it unless named too. */
  readonly tinyManifest: string | URL
  readonly tinyModel: string | URL
  readonly tinyTokens: string | URL
}

/** What every recognition is asked for; changeable while listening with `configure`. */
export interface RecognitionOptions {
  /** Default `auto`. A forced language is a prompt: results then have no `languageScores`. */
  readonly language?: LanguageChoice
  /** Inverse text normalization and punctuation. Default true. */
  readonly withItn?: boolean
}

/** A file of the user's: chosen, dropped, or kept as a handle. */
export type LocalModelFile = Blob | FileSystemFileHandle

/** Both files of a model, by their addresses (then they are stored) or as local files (then they are read where they are). */
export interface ModelFilesChoice {
  /** A sherpa-onnx export of SenseVoice, which carries its facts itself, or a FunASR export with its `cmvn`. */
  readonly model: string | URL | LocalModelFile
  /** Its tokens.txt, or FunASR's tokens.json. */
  readonly tokens: string | URL | LocalModelFile
  /** The am.mvn of a FunASR export. */
  readonly cmvn?: string | URL | LocalModelFile
}

/** Which model is to be loaded; a name, the address of a manifest.json or an .onnx file, or its files. */
export type ModelChoice = 'tiny' | 'sensevoice-small' | (string & {}) | URL | ModelFilesChoice

/** Which server analyzes, and what happens when it cannot. */
export interface RemoteOptions {
  /** `wss:` (or `https:`); `ws:` only from pages that are not https. */
  readonly url: string | URL
  /** Of this page's device name on that server; sent as `?token=`, since pages can set no header. */
  readonly token?: string
  /** Default true: this page goes on by itself when the server is gone. False: `create`, `listen` and `analyze` fail with `network`. */
  readonly fallback?: boolean
  /** How long the server may be away before it counts as gone, 100 to 30000; sound is kept meanwhile. Default 5000. */
  readonly patienceMs?: number
  /**
   * What is said to `listen` is answered by the server, if it can (`SpeechAnalyzer.canReply`): events `reply` bring text, cues for a face and sound, which the
   * page plays or not. The microphone is then opened with the browser's echo cancellation, or the loudspeaker would interrupt itself. Default false.
   */
  readonly reply?: boolean
}

/** What `SpeechAnalyzer.create` can be told; without any of it the embedded model listens for every language it knows. */
export interface CreateOptions extends RecognitionOptions {
  /**
   * `tiny` (default): the embedded small-vocabulary model. `sensevoice-small`: the published SenseVoiceSmall, 239 MB, fetched once from
   * its hub and stored (`ModelStore.known()` tells size, licence and hosts beforehand). Else the address of a `manifest.json`, or of an `.onnx`
   * file with `tokens.txt` beside it; or both files.
   */
  readonly model?: ModelChoice
  /** Changes to the segmenter's defaults (thresholds, pre-roll, hang-over, cuts). */
  readonly vad?: Partial<SegmenterOptions>
  /** Partial results while someone speaks; default every 400 ms at most. `false` turns them off. */
  readonly partials?: boolean | { readonly intervalMs: number }
  readonly assets?: Partial<AssetUrls>
  /**
   * WASM threads for recognition. Default: up to 4 where the page is cross-origin isolated, else 1. More than 1 on a page that is not
   * isolated is refused, never silently lowered.
   */
  readonly threads?: number
  /**
   * Where recognition computes. `auto` (default): on WebGPU where it gives the same as WASM and is faster, which a short clip decides once for each
   * model and GPU; the embedded model is too small to gain anything and runs in WASM. `webgpu`: nowhere else, and `create` fails where that cannot
   * be (after a lost GPU recognition still goes on in WASM, see the event `runtime`). `wasm`: on the processor.
   */
  readonly provider?: 'auto' | 'webgpu' | 'wasm'
  /**
   * The WebSocket of a companion server (`sensevoice serve`), as in `wss://example.org/ws/my-page`: sound then leaves the page and is analyzed there, with
   * the same events and results. Nothing else that loads is loaded, unless the server is gone: then the page goes on by itself with `model`, and an
   * event `runtime` says so.
   */
  readonly remote?: string | URL | RemoteOptions
  /** Ends the loading; `create` rejects with the signal's reason. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: LoadProgress) => void
}

/** Mono float32 in [-1, 1] at any rate from 8 to 192 kHz; the rate must not change within one stream. */
export interface AudioChunk {
  readonly samples: Float32Array
  /** Hz. */
  readonly sampleRate: number
}

/** Where live sound comes from. An iterable is pulled only as fast as its sound can be analyzed. */
export type ListenSource = 'microphone' | MediaStream | AsyncIterable<AudioChunk>

/** What `listen` can be told; what is left out is as at `create` or the last `configure`. */
export interface ListenOptions extends RecognitionOptions {
  /** Default `microphone`. A `MediaStream` stays the caller's: its tracks are not stopped at the end. */
  readonly source?: ListenSource
  /** Which microphone, by `deviceId` from `SpeechAnalyzer.microphones()`. */
  readonly deviceId?: string
  /** Wishes to `getUserMedia`; by default the browser's echo cancellation (but for `RemoteOptions.reply`), noise suppression and gain control are off. */
  readonly constraints?: MediaTrackConstraints
  readonly vad?: Partial<SegmenterOptions>
  readonly partials?: boolean | { readonly intervalMs: number }
  /** Ends listening without a last result; the iterator throws the signal's reason. Use `stop()` to keep the last words. */
  readonly signal?: AbortSignal
}

/** A file, its address, or sound already decoded. `sampleRate` is required beside a bare `Float32Array`. */
export type AnalyzeInput = Blob | URL | string | AudioBuffer | Float32Array | AudioChunk

/** What `analyze` can be told; what is left out is as at `create` or the last `configure`. */
export interface AnalyzeOptions extends RecognitionOptions {
  /** Hz; for a bare `Float32Array` only. */
  readonly sampleRate?: number
  /** `false`: the whole input is one segment (at most 5 minutes). Else changes to the segmenter's defaults. */
  readonly vad?: Partial<SegmenterOptions> | false
  readonly signal?: AbortSignal
  /** Results and progress as they come, before the promise resolves. */
  readonly onEvent?: (event: SpeechEvent) => void
}

/** What `configure` can change on a running analyzer. Takes effect with the next segment. */
export interface ConfigureOptions extends RecognitionOptions {
  readonly vad?: Partial<SegmenterOptions>
}
