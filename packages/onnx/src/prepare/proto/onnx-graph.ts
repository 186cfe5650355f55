/** Element types of onnx.proto3 that occur in SenseVoice graphs. */
export const ELEMENT = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const

/** Where the values of an initializer are: in memory, or a range of the file they were found in. */
export type TensorData =
  | { readonly in: 'memory'; readonly bytes: Uint8Array }
  | { readonly in: 'file'; readonly offset: number; readonly length: number }

/** An initializer or the value of a Constant. Values are little-endian and row-major. */
export interface OnnxTensor {
  readonly name: string
  /** One of `ELEMENT`, or another number of onnx.proto3. */
  readonly elementType: number
  readonly dims: readonly number[]
  readonly data: TensorData
}

export interface OnnxNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Of a Constant node. */
  readonly value?: OnnxTensor
}

/** What the rewrites need to know of an ONNX file. Large weights stay in the file. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: ReadonlyMap<string, OnnxTensor>
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>
}
