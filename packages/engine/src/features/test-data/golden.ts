import { readFileSync } from 'node:fs'
import { readWav } from '../../audio/wav-reader.ts'

/** Golden data of the reference implementations, see models/golden/README.md. Whatever is missing throws, and so fails the test. */
const FOLDER = new URL('../../../../../models/golden/', import.meta.url)

export interface GoldenArray {
  readonly file: string
  readonly shape: readonly [rows: number, columns: number]
  /** Rows 0, every, 2 every … are stored. */
  readonly every: number
}

export interface GoldenClip {
  readonly name: string
  readonly wav?: string
  /** Name of the clip that is repeated up to `samples`. */
  readonly repeat?: string
  readonly samples: number
  readonly frames: number
  readonly lfrFrames: number
  readonly fbank: GoldenArray
  readonly lfr?: GoldenArray
  readonly cmvn?: GoldenArray
}

export interface GoldenIndex {
  readonly cmvn: { readonly negMean: GoldenArray; readonly invStddev: GoldenArray }
  readonly lfr: { readonly rows: Readonly<Record<string, readonly (readonly number[])[]>> }
  readonly clips: readonly GoldenClip[]
}

export function goldenIndex(): GoldenIndex {
  return JSON.parse(readFileSync(new URL('index.json', FOLDER), 'utf8')) as GoldenIndex
}

export function goldenValues({ file }: Pick<GoldenArray, 'file'>): Float32Array {
  const bytes = readFileSync(new URL(file, FOLDER))
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

export function goldenSamples(clip: GoldenClip, index: GoldenIndex): Float32Array {
  const source = index.clips.find(({ name }) => name === (clip.repeat ?? clip.name))
  if (source?.wav === undefined) throw new Error(`golden clip ${clip.name} has no sound`)
  const { samples } = readWav(readFileSync(new URL(source.wav, FOLDER)))
  return Float32Array.from({ length: clip.samples }, (_, at) => samples[at % samples.length] ?? Number.NaN)
}
