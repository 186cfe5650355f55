import type { OnnxTensor } from '../proto/onnx-graph.ts'
import { ELEMENT } from '../proto/onnx-graph.ts'
import { elementCount } from '../weights/tensor-values.ts'

/** A float stays a float in the file even when it is whole. */
export type Attribute = number | string | readonly number[] | { readonly float: number }

export interface BuiltNode {
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** An initializer of the rewritten graph; `file` names the file its range is in. */
export interface BuiltTensor extends OnnxTensor {
  readonly file?: string
}

/**
 * What goes into a graph or comes out. It has no shape: onnxruntime, told that a length is known only when the graph runs, looks for a free buffer of
 * that shape for every node among all that there are, and finds none. That took 860 of the 1150 ms of a load of 1,900 nodes. Told
 * nothing, it does not look.
 */
export interface GraphValue {
  readonly name: string
  readonly elementType: number
}

/** Operators that are onnxruntime's own. */
export const MICROSOFT = 'com.microsoft'

/** A graph under construction. Constants that are equal by name are kept once. */
export class GraphBuilder {
  readonly nodes: BuiltNode[] = []
  readonly tensors = new Map<string, BuiltTensor>()
  readonly inputs: GraphValue[] = []
  readonly outputs: GraphValue[] = []

  input(name: string, elementType: number): string {
    this.inputs.push({ name, elementType })
    return name
  }

  output(name: string, elementType: number): void {
    this.outputs.push({ name, elementType })
  }

  /** Adds a node with one output. @returns the output's name */
  node(
    output: string,
    operator: string,
    inputs: readonly string[],
    attributes: BuiltNode['attributes'] = {},
    domain = '',
  ): string {
    this.nodes.push({ operator, domain, inputs, outputs: [output], attributes })
    return output
  }

  /** Adds a node with several outputs. */
  split(outputs: readonly string[], operator: string, inputs: readonly string[], axis: number): void {
    this.nodes.push({ operator, domain: '', inputs, outputs, attributes: { axis } })
  }

  tensor(tensor: BuiltTensor): string {
    this.tensors.set(tensor.name, tensor)
    return tensor.name
  }

  floats(name: string, values: readonly number[] | Float32Array, dims: readonly number[] = []): string {
    const bytes = new Uint8Array(Float32Array.from(values).buffer)
    return this.#inMemory(name, ELEMENT.float, dims, bytes, values.length)
  }

  int64s(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
    return this.#inMemory(name, ELEMENT.int64, dims, bytes, values.length)
  }

  int32s(name: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    const bytes = new Uint8Array(Int32Array.from(values).buffer)
    return this.#inMemory(name, ELEMENT.int32, dims, bytes, values.length)
  }

  bytes(name: string, elementType: number, values: Uint8Array, dims: readonly number[] = []): string {
    return this.#inMemory(name, elementType, dims, values, values.length)
  }

  #inMemory(
    name: string,
    elementType: number,
    dims: readonly number[],
    bytes: Uint8Array,
    count: number,
  ): string {
    if (elementCount(dims) !== count)
      throw new Error(`"${name}": ${count} values for the shape [${dims.join(', ')}]`)
    return this.tensor({ name, elementType, dims, data: { in: 'memory', bytes } })
  }
}
