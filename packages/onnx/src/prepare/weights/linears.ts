import type { BlockWeights, QuantizedLinear, SenseVoiceWeights } from './sense-voice-weights.ts'

/** All quantized matrices, in the order in which the graph uses them. */
export function allLinears({ blocks, tpBlocks, head }: SenseVoiceWeights): QuantizedLinear[] {
  const ofBlock = (block: BlockWeights) => [
    block.queryKeyValue,
    block.out,
    block.feedForward1,
    block.feedForward2,
  ]
  return [...blocks.flatMap(ofBlock), ...tpBlocks.flatMap(ofBlock), head]
}
