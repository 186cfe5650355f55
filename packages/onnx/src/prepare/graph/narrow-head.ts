import { ELEMENT } from '../proto/onnx-graph.ts'
import type { GraphBuilder } from './graph-builder.ts'

/** Names of what a prepared graph takes and gives. */
export const NARROW = {
  /** float32 [1, T, featureSize], after LFR and CMVN. */
  features: 'features',
  /** int32 [1, 4], rows of the prompt embedding: language, event, emotion, text normalization. */
  prompt: 'prompt',
  /** float32 [1, T + 4, featureSize], only of a graph that is given its positions. */
  positions: 'positions',
  /** int64 [1, T + 4]: best token of each frame. */
  tokenIds: 'token_ids',
  /** float32 [1, T + 4]: its softmax probability over the whole vocabulary. */
  tokenProbabilities: 'token_probabilities',
  /** float32 [1, 4, ids]: raw logits of the tag frames at the ids of all tag groups. */
  tagLogits: 'tag_logits',
} as const

/**
 * Reduces logits inside the graph to what decoding needs: 12 bytes a frame leave the session instead of 100 kB.
 *
 * @param logits [1, S, vocabulary]
 * @param tagIds ids of the tag groups, one group after the other
 */
export function narrowHead(graph: GraphBuilder, logits: string, tagIds: readonly number[]): void {
  graph.node(NARROW.tokenIds, 'ArgMax', [logits], { axis: -1, keepdims: 0 })
  // Of all ways to a softmax's largest value this one is the fastest by far on processors: Exp and ReduceLogSumExp are not vectorized there.
  const shares = graph.node('head/shares', 'Softmax', [logits], { axis: -1 })
  graph.node(NARROW.tokenProbabilities, 'ReduceMax', [shares], { axes: [-1], keepdims: 0 })
  const bounds = [graph.int64s('zero', [0]), graph.int64s('four', [4]), graph.int64s('rows_axis', [1])]
  const tagFrames = graph.node('head/tag_frames', 'Slice', [logits, ...bounds])
  graph.node(NARROW.tagLogits, 'Gather', [tagFrames, graph.int32s('tag_ids', tagIds)], { axis: 2 })
  graph.output(NARROW.tokenIds, ELEMENT.int64)
  graph.output(NARROW.tokenProbabilities, ELEMENT.float)
  graph.output(NARROW.tagLogits, ELEMENT.float)
}
