import type { TagIds } from '@sensevoice-web/engine'
import type { ByteSource } from './byte-source.ts'
import { attentionInPlace, plainAttention } from './graph/attention.ts'
import { blockedLinear, integerLinear } from './graph/linear.ts'
import { type SenseVoiceGraphOptions, senseVoiceGraph } from './graph/sense-voice-graph.ts'
import { readGraph } from './proto/read-graph.ts'
import { writeModel } from './proto/write-model.ts'
import { findWeights, type SenseVoiceWeights } from './weights/sense-voice-weights.ts'
import { blockedLayout, writeBlocked } from './weights/write-blocked.ts'
import { type WriteBytes, writeSigned } from './weights/write-signed.ts'

/** Grows whenever prepared files change: those of another version are made anew. */
export const PREPARE_VERSION = 4

/**
 * What is made of a published file:
 * - `integer`: a graph whose weights are ranges of the published file itself. For WASM.
 * - `signed`: the same over a copy with int8 matrices, faster on processors with an 8-bit dot product (VNNI, AMX, ARM), which x86 without it may compute
 *   wrongly. Its products are bit-identical, its convolutions to the last bit. For native CPUs, after a probe.
 * - `blocked`: float activations and matrices in blocks of 32, over the published file and one with the matrices. For WebGPU.
 */
export type Rewrite = 'integer' | 'signed' | 'blocked'

export interface PrepareOptions {
  readonly rewrite: Rewrite
  /** Of the vocabulary that comes with the model: their ids become part of the graph. */
  readonly tags: TagIds
  /** Name under which the graph looks for the published file. */
  readonly storedName: string
  /** Name under which it looks for the rewritten matrices. */
  readonly rewrittenName?: string
  /** Takes the file of rewritten matrices, from its beginning. Not called for `integer`. */
  readonly write?: WriteBytes
}

export interface PreparedModel {
  /** An ONNX file without weights: 0.4 to 2.2 MB for SenseVoiceSmall. */
  readonly graph: Uint8Array
  /** Length of one row of features. */
  readonly featureSize: number
  readonly vocabularySize: number
}

/**
 * Rewrites a published int8 SenseVoice file of either flavour for the machine it is to run on. What the graph computes stays the same: see
 * `Rewrite` for where it is so bit for bit.
 *
 * @throws SpeechError `model-corrupt` when the file is no readable ONNX, `model-unsupported` when it is not a quantized SenseVoice export
 */
export async function prepareModel(source: ByteSource, options: PrepareOptions): Promise<PreparedModel> {
  const { rewrite, tags, write } = options
  const published = await readGraph(source)
  const weights = await findWeights(published, source)
  if (rewrite === 'signed' && write !== undefined) await writeSigned(source, weights, write)
  if (rewrite === 'blocked' && write !== undefined) await writeBlocked(source, weights, write)
  const opset13 = published.inputNames.includes('x')
  const graph = senseVoiceGraph(weights, {
    ...strategy(weights, options, opset13),
    tagIds: tagColumns(tags),
  })
  return {
    graph: writeModel(graph, published.metadata),
    featureSize: weights.featureSize,
    vocabularySize: weights.vocabularySize,
  }
}

/**
 * Length of the file of rewritten matrices, to be known before it is written.
 *
 * @throws SpeechError as `prepareModel`
 */
export async function rewrittenBytes(source: ByteSource, rewrite: Rewrite): Promise<number> {
  if (rewrite === 'integer') return 0
  if (rewrite === 'signed') return source.byteLength
  return blockedLayout(await findWeights(await readGraph(source), source)).bytes
}

/** The tag groups one after the other, as the columns of the graph's tag logits. */
export function tagColumns({ language, emotion, event, textNorm }: TagIds): number[] {
  return [language, emotion, event, textNorm].flatMap((group) => [...group.ids])
}

function strategy(
  weights: SenseVoiceWeights,
  { rewrite, storedName, rewrittenName = storedName }: PrepareOptions,
  opset13: boolean,
): Omit<SenseVoiceGraphOptions, 'tagIds'> {
  switch (rewrite) {
    case 'integer':
    case 'signed': {
      const file = rewrite === 'signed' ? rewrittenName : storedName
      return {
        file,
        linear: integerLinear(file, rewrite === 'signed'),
        attend: attentionInPlace(opset13 ? 'before' : 'inside'),
        convolution: rewrite === 'signed' ? 'images' : 'lines',
        positions: 'computed',
      }
    }
    case 'blocked': {
      const { layout } = blockedLayout(weights)
      const placed = (linear: Parameters<typeof layout.get>[0]) => {
        const place = layout.get(linear)
        if (place === undefined) throw new Error('every matrix has its place in the layout')
        return place
      }
      return {
        file: storedName,
        linear: blockedLinear(rewrittenName, placed, storedName),
        // onnxruntime's MultiHeadAttention would be one operator instead of ten, but its WebGPU kernel is off by 0.3 in the logits where a head is
        // 44 wide (the tiny model's), against 1e-6 for the ten.
        attend: plainAttention,
        convolution: 'lines',
        positions: 'given',
      }
    }
  }
}
