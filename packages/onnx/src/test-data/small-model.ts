import { createHash } from 'node:crypto'
import { TAG_TOKENS } from '@sensevoice-web/engine'
import { sherpaMetadata, smallGraph } from './small-graph.ts'

/** Every tag, and eight pieces of text. */
export const SMALL_PIECES: readonly string[] = [
  '<unk>',
  '<s>',
  '</s>',
  ...Object.values(TAG_TOKENS).flatMap((group) => Object.values(group)),
  ...['▁one', '▁two', '▁three', 's', '.', '语', '音', '▁안'],
]

/** As in a tokens.txt. */
export const SMALL_TOKENS = SMALL_PIECES.map((piece, id) => `${piece} ${id}\n`).join('')

/** A sherpa-onnx export with everything in its own metadata. */
export function smallSherpaModel(): Uint8Array {
  const vocabularySize = SMALL_PIECES.length
  return smallGraph({ flavour: 'sherpa', vocabularySize, metadata: sherpaMetadata(vocabularySize) })
}

/** A FunASR export: no metadata, so it needs its manifest. */
export function smallFunasrModel(): Uint8Array {
  return smallGraph({ flavour: 'funasr', vocabularySize: SMALL_PIECES.length })
}

/** manifest.json of a model made of these files. */
export function smallManifest(model: Uint8Array, flavour: 'sherpa' | 'funasr') {
  return {
    schema: 1,
    id: 'small',
    name: 'Small',
    version: '1',
    description: 'For tests.',
    notice: '',
    embedded: false,
    license: { name: 'MIT', attribution: 'this project' },
    languages: ['zh', 'en', 'yue', 'ja', 'ko', 'nospeech'],
    flavour,
    vocabularySize: SMALL_PIECES.length,
    files: {
      model: fileFacts('model.int8.onnx', model),
      tokens: fileFacts('tokens.txt', new TextEncoder().encode(SMALL_TOKENS)),
    },
    frontend: {
      sampleRate: 16_000,
      melBins: 80,
      frameLengthMs: 25,
      frameShiftMs: 10,
      lfrWindowSize: 7,
      lfrWindowShift: 6,
      normalizeSamples: false,
      negMean: new Array<number>(560).fill(-8),
      invStddev: new Array<number>(560).fill(0.25),
    },
    ids: {
      blank: 0,
      languages: { auto: 0, zh: 3, en: 4, yue: 7, ja: 11, ko: 12, nospeech: 13 },
      withItn: 14,
      withoutItn: 15,
    },
  }
}

function fileFacts(path: string, bytes: Uint8Array) {
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
