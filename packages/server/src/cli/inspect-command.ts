import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SpeechError } from '@sensevoice-web/engine'
import { factsFromMetadata, flavourOf, readGraph, sha256Of } from '@sensevoice-web/onnx'
import { modelFileIn } from '../model/read-model.ts'
import { diskSource } from '../store/disk-source.ts'
import { modelFolder } from '../store/model-folder.ts'
import { nodeHasher } from '../store/node-store.ts'
import type { ModelArguments } from './read-model-arguments.ts'
import { megabytes, type Streams } from './told.ts'

/** Longer metadata values are the CMVN's 560 numbers. */
const SHOWN_LENGTH = 200

/** Writes what an ONNX file says of itself; refuses what is no SenseVoice by name. */
export async function inspectCommand(
  { model, json }: Extract<ModelArguments, { command: 'inspect' }>,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const path = await onnxPath(model)
  const source = await diskSource(path)
  if (source === undefined) throw new SpeechError('model-not-found', `there is no file ${path}`)
  const graph = await readGraph(source)
  const operators = new Set(graph.nodes.map(({ operator }) => operator))
  // A FunASR export says nothing of itself, but what quantized it may have left a note.
  const facts = graph.metadata.has('model_type') ? factsFromMetadata(graph.metadata) : undefined
  const found = {
    file: path,
    bytes: source.byteLength,
    sha256: await sha256Of(source, nodeHasher, { signal }),
    flavour: flavourOf(graph.inputNames, graph.outputNames),
    weights: operators.has('MatMulInteger') ? 'int8' : operators.has('MatMulNBits') ? 'int8 blocks' : 'float',
    nodes: graph.nodes.length,
    inputs: graph.inputNames,
    outputs: graph.outputNames,
    ...(facts === undefined ? {} : { languages: facts.languages, vocabularySize: facts.vocabularySize }),
    metadata: Object.fromEntries(
      [...graph.metadata].map(([key, value]) => [key, value.length > SHOWN_LENGTH ? '…' : value]),
    ),
  }
  streams.out(json ? `${JSON.stringify(found)}\n` : lines(found))
  return 0
}

function lines({ bytes, metadata, ...rest }: { bytes: number; metadata: Record<string, string> }): string {
  const facts = Object.entries({ ...rest, size: `${megabytes(bytes)} (${bytes} bytes)` })
  const inside = Object.entries(metadata).map(([key, value]) => [`metadata ${key}`, value] as const)
  return [...facts, ...inside]
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}\n`)
    .join('')
}

async function onnxPath(model: string): Promise<string> {
  const info = await stat(model).catch(() => undefined)
  if (info?.isFile()) return model
  const folder = await modelFolder(model)
  return join(folder, await modelFileIn(folder))
}
