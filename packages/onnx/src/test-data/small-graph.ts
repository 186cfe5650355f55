import type { ModelFlavour } from '@sensevoice-web/engine'
import { noise } from '@sensevoice-web/engine/testing'
import { PbfWriter } from 'pbf'
import { GRAPH_NAMES } from '../model/model-flavour.ts'

const DIMENSION = 560
const PROMPT_ROWS = 16
const FLOAT = 1
const INT32 = 6

export interface SmallGraphOptions {
  readonly flavour: ModelFlavour
  readonly vocabularySize: number
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * A graph of SenseVoice's contract with next to nothing in it: the prompt rows are looked up and put in front of the features, and one
 * matrix of seeded noise makes logits of every row. Inputs, outputs, shapes and prompts are as in the published exports.
 */
export function smallGraph({ flavour, vocabularySize, metadata = {} }: SmallGraphOptions): Uint8Array {
  const names = GRAPH_NAMES[flavour]
  const graph = (writer: PbfWriter): void => {
    node(writer, 'Gather', ['prompts', names.language], ['language_row'])
    node(writer, 'Gather', ['prompts', names.textNorm], ['norm_row'])
    const rows = ['language_row', 'event_rows', 'norm_row', names.features]
    node(writer, 'Concat', rows, ['rows'], { axis: 1 })
    node(writer, 'MatMul', ['rows', 'head'], [names.logits])
    if (flavour === 'funasr') node(writer, 'Add', [names.length, 'four'], ['encoder_out_lens'])
    writer.writeStringField(2, 'small')
    floats(writer, 'prompts', [PROMPT_ROWS, 1, DIMENSION], 1)
    floats(writer, 'event_rows', [1, 2, DIMENSION], 2)
    floats(writer, 'head', [DIMENSION, vocabularySize], 3)
    if (flavour === 'funasr') fourInitializer(writer)
    value(writer, 11, names.features, FLOAT, [1, 'T', DIMENSION])
    for (const name of [names.length, names.language, names.textNorm]) value(writer, 11, name, INT32, [1])
    value(writer, 12, names.logits, FLOAT, [1, 'F', vocabularySize])
    if (flavour === 'funasr') value(writer, 12, 'encoder_out_lens', INT32, [1])
  }
  return message((writer) => {
    writer.writeVarintField(1, 8)
    writer.writeMessage(7, (_: null, inner: PbfWriter) => graph(inner), null)
    writer.writeMessage(8, (_: null, inner: PbfWriter) => inner.writeVarintField(2, 13), null)
    for (const [key, text] of Object.entries(metadata)) {
      writer.writeMessage(
        14,
        (_: null, inner: PbfWriter) => {
          inner.writeStringField(1, key)
          inner.writeStringField(2, text)
        },
        null,
      )
    }
  })
}

/** What the sherpa-onnx exporter writes, with mean 8 and deviation 4 for every feature. */
export function sherpaMetadata(vocabularySize: number): Record<string, string> {
  return {
    model_type: 'sense_voice_ctc',
    vocab_size: String(vocabularySize),
    lfr_window_size: '7',
    lfr_window_shift: '6',
    normalize_samples: '0',
    neg_mean: new Array(DIMENSION).fill('-8').join(','),
    inv_stddev: new Array(DIMENSION).fill('0.25').join(','),
    lang_auto: '0',
    lang_zh: '3',
    lang_en: '4',
    lang_yue: '7',
    lang_ja: '11',
    lang_ko: '12',
    lang_nospeech: '13',
    with_itn: '14',
    without_itn: '15',
  }
}

function message(write: (writer: PbfWriter) => void): Uint8Array {
  const writer = new PbfWriter()
  write(writer)
  return writer.finish().slice()
}

function node(
  graph: PbfWriter,
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, number>> = {},
): void {
  graph.writeMessage(
    1,
    (_: null, writer: PbfWriter) => {
      for (const input of inputs) writer.writeStringField(1, input)
      for (const output of outputs) writer.writeStringField(2, output)
      writer.writeStringField(4, operator)
      for (const [name, whole] of Object.entries(attributes)) {
        writer.writeMessage(
          5,
          (_inner: null, attribute: PbfWriter) => {
            attribute.writeStringField(1, name)
            attribute.writeVarintField(3, whole)
            attribute.writeVarintField(20, 2)
          },
          null,
        )
      }
    },
    null,
  )
}

function floats(graph: PbfWriter, name: string, dims: readonly number[], seed: number): void {
  const data = noise(seed, { samples: dims.reduce((product, size) => product * size, 1), amplitude: 0.2 })
  initializer(graph, name, dims, FLOAT, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function fourInitializer(graph: PbfWriter): void {
  initializer(graph, 'four', [1], INT32, new Uint8Array(Int32Array.of(4).buffer))
}

function initializer(
  graph: PbfWriter,
  name: string,
  dims: readonly number[],
  type: number,
  raw: Uint8Array,
): void {
  graph.writeMessage(
    5,
    (_: null, writer: PbfWriter) => {
      for (const size of dims) writer.writeVarintField(1, size)
      writer.writeVarintField(2, type)
      writer.writeStringField(8, name)
      writer.writeBytesField(9, raw)
    },
    null,
  )
}

function value(
  graph: PbfWriter,
  field: 11 | 12,
  name: string,
  type: number,
  dims: readonly (number | string)[],
): void {
  const dimension = (size: number | string, writer: PbfWriter): void => {
    if (typeof size === 'string') writer.writeStringField(2, size)
    else writer.writeVarintField(1, size)
  }
  const shape = (_: null, writer: PbfWriter): void => {
    for (const size of dims) writer.writeMessage(1, dimension, size)
  }
  const tensor = (_: null, writer: PbfWriter): void => {
    writer.writeVarintField(1, type)
    writer.writeMessage(2, shape, null)
  }
  graph.writeMessage(
    field,
    (_: null, writer: PbfWriter) => {
      writer.writeStringField(1, name)
      writer.writeMessage(2, (_inner: null, typed: PbfWriter) => typed.writeMessage(1, tensor, null), null)
    },
    null,
  )
}
