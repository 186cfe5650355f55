import { SpeechError } from '@sensevoice-web/engine'

/** onnxruntime throws bare errors; its wording is the only thing that tells the cases apart. */
const OUT_OF_MEMORY = /bad_alloc|out of memory|failed to allocate|allocation failed|Array buffer allocation/i
const UNREADABLE = /protobuf|parsing failed|ModelProto|InvalidProtobuf|invalid model|Deserialize|flatbuffer/i

/**
 * Names why onnxruntime did not build a session.
 *
 * @param what the model in words, e.g. "the Silero VAD model"
 */
export function sessionError(error: unknown, what: string): SpeechError {
  if (error instanceof SpeechError) return error
  const said = messageOf(error)
  if (OUT_OF_MEMORY.test(said)) return outOfMemory(what, error)
  if (UNREADABLE.test(said)) {
    return new SpeechError('model-corrupt', `${what} is not a readable ONNX file: ${said}`, {
      hint: 'Download the file again; a web page saved under the name of the model is a common cause.',
      cause: error,
    })
  }
  return new SpeechError('model-unsupported', `onnxruntime cannot run ${what}: ${said}`, {
    hint: 'Use the model file named in the manifest, or another execution provider.',
    cause: error,
  })
}

/** Names why a run of a session failed. */
export function runError(error: unknown, what: string): SpeechError {
  if (error instanceof SpeechError) return error
  const said = messageOf(error)
  if (OUT_OF_MEMORY.test(said)) return outOfMemory(what, error)
  return new SpeechError('inference-failed', `${what} failed: ${said}`, {
    hint: 'Create the model again; if it happens again, try another execution provider.',
    cause: error,
  })
}

function outOfMemory(what: string, cause: unknown): SpeechError {
  return new SpeechError('out-of-memory', `not enough memory for ${what}`, {
    hint: 'Close other pages or programs, use shorter segments or a smaller model.',
    retryable: true,
    cause,
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
