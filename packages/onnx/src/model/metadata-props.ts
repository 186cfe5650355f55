import { SpeechError } from '@sensevoice-web/engine'
import { PbfReader } from 'pbf'

/** Field numbers of onnx.proto3. */
const MODEL_METADATA_PROPS = 14
const ENTRY_KEY = 1
const ENTRY_VALUE = 2

interface Entry {
  key: string
  value: string
}

/**
 * Reads `metadata_props` out of an ONNX file. onnxruntime's JavaScript API does not show them. Everything else, the weights above all, is
 * skipped without a copy: 240 MB take less than a millisecond.
 *
 * @param model the ONNX file
 * @returns the entries by key; empty when the file has none
 * @throws SpeechError `model-corrupt` when the bytes are no protobuf
 */
export function readMetadataProps(model: Uint8Array): ReadonlyMap<string, string> {
  const props = new Map<string, string>()
  try {
    const reader = new PbfReader(model)
    reader.readFields((field, found: Map<string, string>) => {
      if (field !== MODEL_METADATA_PROPS) return
      const entry = reader.readMessage(readEntry, { key: '', value: '' })
      found.set(entry.key, entry.value)
    }, props)
    if (reader.pos > model.length) throw new RangeError('it ends in the middle of a field')
  } catch (error) {
    throw new SpeechError('model-corrupt', 'the model is not a readable ONNX file', {
      hint: 'Download the file again; a web page saved under the name of the model is a common cause.',
      cause: error,
    })
  }
  return props
}

function readEntry(field: number, entry: Entry, reader: PbfReader): void {
  if (field === ENTRY_KEY) entry.key = reader.readString()
  else if (field === ENTRY_VALUE) entry.value = reader.readString()
}
