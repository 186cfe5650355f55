import { PbfWriter } from 'pbf'
import type { Attribute, BuiltNode, BuiltTensor, GraphBuilder, GraphValue } from '../graph/graph-builder.ts'

/** Field numbers of onnx.proto3. */
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8, metadata: 14 } as const
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 } as const
const ATTRIBUTE = { name: 1, float: 2, int: 3, string: 4, ints: 8, type: 20 } as const
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9, externalData: 13, location: 14 } as const
const EXTERNAL = 1
const ENTRY = { key: 1, value: 2 } as const

/** IR 8 with opset 17: LayerNormalization is an operator of its own there, and every runtime since 2022 reads it. */
const IR_VERSION = 8
const OPSET = 17

/** @returns the bytes of an ONNX file without the weights that lie in other files */
export function writeModel(graph: GraphBuilder, metadata: ReadonlyMap<string, string>): Uint8Array {
  const writer = new PbfWriter()
  writer.writeVarintField(MODEL.irVersion, IR_VERSION)
  writer.writeStringField(MODEL.producer, 'sensevoice-web')
  writer.writeMessage(MODEL.graph, writeGraph, graph)
  writer.writeMessage(MODEL.opset, writeOpset, { domain: '', version: OPSET })
  writer.writeMessage(MODEL.opset, writeOpset, { domain: 'com.microsoft', version: 1 })
  for (const [key, value] of metadata) writer.writeMessage(MODEL.metadata, writeEntry, { key, value })
  return writer.finish().slice()
}

function writeOpset({ domain, version }: { domain: string; version: number }, writer: PbfWriter): void {
  writer.writeStringField(1, domain)
  writer.writeVarintField(2, version)
}

function writeEntry({ key, value }: { key: string; value: string }, writer: PbfWriter): void {
  writer.writeStringField(ENTRY.key, key)
  writer.writeStringField(ENTRY.value, value)
}

function writeGraph(graph: GraphBuilder, writer: PbfWriter): void {
  for (const node of graph.nodes) writer.writeMessage(GRAPH.node, writeNode, node)
  writer.writeStringField(GRAPH.name, 'sensevoice')
  for (const tensor of graph.tensors.values()) writer.writeMessage(GRAPH.initializer, writeTensor, tensor)
  for (const value of graph.inputs) writer.writeMessage(GRAPH.input, writeValue, value)
  for (const value of graph.outputs) writer.writeMessage(GRAPH.output, writeValue, value)
}

function writeNode({ operator, domain, inputs, outputs, attributes }: BuiltNode, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(NODE.input, input)
  for (const output of outputs) writer.writeStringField(NODE.output, output)
  writer.writeStringField(NODE.name, outputs[0] ?? operator)
  writer.writeStringField(NODE.operator, operator)
  for (const [name, value] of Object.entries(attributes)) {
    writer.writeMessage(NODE.attribute, writeAttribute, { name, value })
  }
  if (domain !== '') writer.writeStringField(NODE.domain, domain)
}

function writeAttribute({ name, value }: { name: string; value: Attribute }, writer: PbfWriter): void {
  writer.writeStringField(ATTRIBUTE.name, name)
  if (typeof value === 'number') {
    // Negative numbers are ten bytes long in protobuf; pbf writes them so.
    writer.writeVarintField(ATTRIBUTE.int, value)
    writer.writeVarintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.int)
  } else if (typeof value === 'string') {
    writer.writeStringField(ATTRIBUTE.string, value)
    writer.writeVarintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.string)
  } else if ('float' in value) {
    writer.writeFloatField(ATTRIBUTE.float, value.float)
    writer.writeVarintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.float)
  } else {
    for (const one of value) writer.writeVarintField(ATTRIBUTE.ints, one)
    writer.writeVarintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints)
  }
}

function writeTensor({ name, elementType, dims, data, file }: BuiltTensor, writer: PbfWriter): void {
  for (const size of dims) writer.writeVarintField(TENSOR.dims, size)
  writer.writeVarintField(TENSOR.type, elementType)
  writer.writeStringField(TENSOR.name, name)
  if (data.in === 'memory') {
    writer.writeBytesField(TENSOR.raw, data.bytes)
    return
  }
  if (file === undefined) throw new Error(`"${name}" lies in a file without a name`)
  const entries = { location: file, offset: String(data.offset), length: String(data.length) }
  for (const [key, value] of Object.entries(entries)) {
    writer.writeMessage(TENSOR.externalData, writeEntry, { key, value })
  }
  writer.writeVarintField(TENSOR.location, EXTERNAL)
}

function writeValue({ name, elementType }: GraphValue, writer: PbfWriter): void {
  const tensor = (_: null, inner: PbfWriter): void => inner.writeVarintField(1, elementType)
  writer.writeStringField(1, name)
  writer.writeMessage(2, (_: null, inner: PbfWriter) => inner.writeMessage(1, tensor, null), null)
}
