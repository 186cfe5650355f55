import { expect, test } from 'vitest'
import { tinyModel } from '../../test-data/files.ts'
import { memorySource } from '../byte-source.ts'
import type { OnnxGraph } from '../proto/onnx-graph.ts'
import { readGraph } from '../proto/read-graph.ts'
import { findWeights } from './sense-voice-weights.ts'

const source = memorySource(tinyModel().model)
const graph = await readGraph(source)

function withNodes(nodes: OnnxGraph['nodes']): OnnxGraph {
  return { ...graph, nodes }
}

test('finds blocks, heads and factors of the tiny model', async () => {
  const weights = await findWeights(graph, source)
  expect(weights).toMatchObject({ featureSize: 560, width: 176, heads: 4, vocabularySize: 435 })
  expect([weights.blocks.length, weights.tpBlocks.length]).toEqual([6, 2])
  expect(weights.inputScale).toBeCloseTo(Math.sqrt(176), 5)
  expect(weights.queryScale).toBeCloseTo(1 / Math.sqrt(44), 7)
  expect(weights.epsilon).toBeCloseTo(1e-5, 10)
})

test('refuses a graph that computes something more, and names it', async () => {
  const more = { operator: 'Gelu', inputs: ['logits'], outputs: ['other'] }
  await expect(findWeights(withNodes([...graph.nodes, more]), source)).rejects.toMatchObject({
    code: 'model-unsupported',
    message: expect.stringContaining('it has Gelu nodes'),
  })
})

test('refuses a graph that lacks an operator, and counts', async () => {
  const relu = graph.nodes.findIndex(({ operator }) => operator === 'Relu')
  const fewer = graph.nodes.filter((_, index) => index !== relu)
  await expect(findWeights(withNodes(fewer), source)).rejects.toMatchObject({
    message: expect.stringContaining('7 Relu nodes for 8 blocks instead of 8'),
  })
})

test('refuses a graph without a weight, and names it', async () => {
  const initializers = new Map(graph.initializers)
  initializers.delete('encoder.tp_norm.bias')
  await expect(findWeights({ ...graph, initializers }, source)).rejects.toMatchObject({
    message: expect.stringContaining('encoder.tp_norm.bias'),
  })
})
