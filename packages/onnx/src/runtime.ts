import type * as ort from 'onnxruntime-common'

/**
 * What is used of an onnxruntime module. `onnxruntime-node` and every entry of `onnxruntime-web` have it; which one serves is the
 * caller's choice, so that one realm never loads two.
 */
export type OnnxRuntime = Pick<typeof ort, 'InferenceSession' | 'Tensor'>

/**
 * Where a session computes. One a session, never a list: onnxruntime falls back silently and cannot be asked what it took. `cuda` needs an
 * `onnxruntime-node` with its CUDA libraries.
 */
export type ExecutionProvider = 'cpu' | 'cuda' | 'wasm' | 'webgpu'
