import { SpeechError } from '@sensevoice-web/engine'
import { PbfReader } from 'pbf'
import type { ByteSource } from '../byte-source.ts'
import { type FoundField, scanFields, WindowedSource } from './field-scan.ts'
import type { OnnxGraph, OnnxNode, OnnxTensor } from './onnx-graph.ts'
import { readSmallTensor, readTensor } from './read-tensor.ts'

/** Field numbers of onnx.proto3: ModelProto, GraphProto, ValueInfoProto, StringStringEntryProto. */
const MODEL = { graph: 7, metadataProps: 14 } as const
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const
const VALUE_INFO_NAME = 1
const ENTRY = { key: 1, value: 2 } as const
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const
const ATTRIBUTE_TENSOR = 5

/**
 * Reads the structure of an ONNX file. Weights of 1 KiB or more are left where they are and found again by offset and length.
 *
 * @throws SpeechError `model-corrupt` when the file is cut short, a web page, or no ONNX at all
 */
export async function readGraph(source: ByteSource): Promise<OnnxGraph> {
  try {
    const graph = await readModel(new WindowedSource(source))
    if (graph.nodes.length === 0) throw new RangeError('it has no graph')
    return graph
  } catch (error) {
    if (error instanceof SpeechError) throw error
    throw new SpeechError(
      'model-corrupt',
      `the model is not a readable ONNX file: ${(error as Error).message}`,
      {
        hint: 'Download the file again; a web page saved under the name of the model is a common cause.',
        cause: error,
      },
    )
  }
}

interface Growing {
  readonly nodes: OnnxNode[]
  readonly initializers: Map<string, OnnxTensor>
  readonly inputNames: string[]
  readonly outputNames: string[]
  readonly metadata: Map<string, string>
}

async function readModel(source: WindowedSource): Promise<OnnxGraph> {
  const found: Growing = {
    nodes: [],
    initializers: new Map(),
    inputNames: [],
    outputNames: [],
    metadata: new Map(),
  }
  for await (const field of scanFields(source, 0, source.byteLength)) {
    if (field.number === MODEL.graph) await readGraphFields(source, field, found)
    else if (field.number === MODEL.metadataProps) {
      const [key, value] = readEntry(await source.read(field.offset, field.length))
      found.metadata.set(key, value)
    }
  }
  return found
}

async function readGraphFields(source: WindowedSource, graph: FoundField, found: Growing): Promise<void> {
  for await (const field of scanFields(source, graph.offset, graph.offset + graph.length)) {
    switch (field.number) {
      case GRAPH.node:
        found.nodes.push(readNode(await source.read(field.offset, field.length)))
        break
      case GRAPH.initializer: {
        const tensor = await readTensor(source, field.offset, field.length)
        found.initializers.set(tensor.name, tensor)
        break
      }
      case GRAPH.input:
        found.inputNames.push(readName(await source.read(field.offset, field.length)))
        break
      case GRAPH.output:
        found.outputNames.push(readName(await source.read(field.offset, field.length)))
        break
    }
  }
}

function readEntry(bytes: Uint8Array): [key: string, value: string] {
  const entry: [string, string] = ['', '']
  const reader = new PbfReader(bytes)
  reader.readFields((field) => {
    if (field === ENTRY.key) entry[0] = reader.readString()
    else if (field === ENTRY.value) entry[1] = reader.readString()
  }, undefined)
  return entry
}

function readName(bytes: Uint8Array): string {
  const reader = new PbfReader(bytes)
  let name = ''
  reader.readFields((field) => {
    if (field === VALUE_INFO_NAME) name = reader.readString()
  }, undefined)
  return name
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = []
  const outputs: string[] = []
  let operator = ''
  let value: OnnxTensor | undefined
  const reader = new PbfReader(bytes)
  reader.readFields((field) => {
    if (field === NODE.input) inputs.push(reader.readString())
    else if (field === NODE.output) outputs.push(reader.readString())
    else if (field === NODE.operator) operator = reader.readString()
    else if (field === NODE.attribute) value ??= readAttributeTensor(reader.readBytes())
  }, undefined)
  return { operator, inputs, outputs, ...(value === undefined ? {} : { value }) }
}

function readAttributeTensor(bytes: Uint8Array): OnnxTensor | undefined {
  const reader = new PbfReader(bytes)
  let tensor: OnnxTensor | undefined
  reader.readFields((field) => {
    if (field === ATTRIBUTE_TENSOR) tensor = readSmallTensor(reader.readBytes())
  }, undefined)
  return tensor
}
