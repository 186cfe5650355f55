import { PbfWriter } from 'pbf'
import { expect, test } from 'vitest'
import { vadModel } from '../test-data/files.ts'
import { readMetadataProps } from './metadata-props.ts'

/** A ModelProto with a graph of some bytes, which are no protobuf, and metadata before and behind it. */
function modelFile(graphBytes: number): Uint8Array {
  const writer = new PbfWriter()
  writer.writeVarintField(1, 8)
  entry(writer, 'model_type', 'sense_voice_ctc')
  writer.writeBytesField(7, new Uint8Array(graphBytes).fill(0xff))
  entry(writer, 'comment', '语音 ✓')
  return writer.finish()
}

function entry(writer: PbfWriter, key: string, value: string): void {
  writer.writeMessage(
    14,
    (pair: [string, string], inner: PbfWriter) => {
      inner.writeStringField(1, pair[0])
      inner.writeStringField(2, pair[1])
    },
    [key, value] as [string, string],
  )
}

test('finds the entries before and behind the weights', () => {
  expect([...readMetadataProps(modelFile(100_000))]).toEqual([
    ['model_type', 'sense_voice_ctc'],
    ['comment', '语音 ✓'],
  ])
})

test('finds nothing in an ONNX file without metadata', () => {
  expect(readMetadataProps(vadModel('silero_vad_v5')).get('model_type')).toBeUndefined()
})

test('refuses a file that ends in the middle of its weights', () => {
  const cut = modelFile(100_000).subarray(0, 50_000)
  expect(() => readMetadataProps(cut)).toThrow(expect.objectContaining({ code: 'model-corrupt' }))
})

test('refuses a web page', () => {
  const page = new TextEncoder().encode('<!doctype html><html><body>404 Not Found</body></html>')
  expect(() => readMetadataProps(page)).toThrow(expect.objectContaining({ code: 'model-corrupt' }))
})
