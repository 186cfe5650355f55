import type { Language, LanguageChoice } from './tags.ts'

/** The two ONNX exports of SenseVoiceSmall in the field, told apart by their input names. */
export type ModelFlavour = 'sherpa' | 'funasr'

export interface ModelFile {
  /** Relative to the manifest's own location. */
  readonly path: string
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
}

/** Facts of one model, kept beside its files: nothing of this is ever hard-coded. */
export interface ModelManifest {
  readonly schema: 1
  readonly id: string
  readonly name: string
  readonly version: string
  readonly description: string
  /** One plain sentence for users about what the model knows and does not; empty when there is nothing to warn of. */
  readonly notice: string
  readonly embedded: boolean
  readonly license: {
    readonly name: string
    readonly spdx?: string
    readonly url?: string
    readonly attribution: string
  }
  readonly languages: readonly Language[]
  readonly flavour: ModelFlavour
  readonly vocabularySize: number
  readonly files: { readonly model: ModelFile; readonly tokens: ModelFile }
  readonly frontend: FrontEndFacts
  readonly ids: PromptIds
}

/** A model that can be fetched: what can be said of it before any byte of it has come. */
export interface RemoteModelManifest
  extends Pick<
    ModelManifest,
    'schema' | 'id' | 'name' | 'version' | 'description' | 'notice' | 'license' | 'languages'
  > {
  readonly files: {
    readonly model: RemoteModelFile
    readonly tokens: RemoteModelFile
    /** The am.mvn of a FunASR export, which carries no facts itself. */
    readonly cmvn?: RemoteModelFile
  }
  /** Absent: they are read from the ONNX file itself, where sherpa-onnx exports carry them, or from `cmvn`. */
  readonly facts?: Pick<ModelManifest, 'flavour' | 'vocabularySize' | 'frontend' | 'ids'>
}

export interface RemoteModelFile {
  /** Under which it is stored. */
  readonly name: string
  /** The same file at several places, in the order in which they are tried. */
  readonly urls: readonly string[]
  /** Both absent when somebody gives a bare address: then the file cannot be proven. */
  readonly bytes?: number
  /** Lower-case hex. */
  readonly sha256?: string
}

export interface FrontEndFacts {
  readonly sampleRate: number
  readonly melBins: number
  readonly frameLengthMs: number
  readonly frameShiftMs: number
  readonly lfrWindowSize: number
  readonly lfrWindowShift: number
  /** False: the model was trained on samples in int16 scale. */
  readonly normalizeSamples: boolean
  /** CMVN after LFR: `(x + negMean[i]) * invStddev[i]`, `melBins * lfrWindowSize` values each. */
  readonly negMean: readonly number[]
  readonly invStddev: readonly number[]
}

export interface PromptIds {
  readonly blank: number
  /** Row of the prompt embedding for each language choice. */
  readonly languages: Readonly<Partial<Record<LanguageChoice | 'nospeech', number>>>
  readonly withItn: number
  readonly withoutItn: number
}
