// Recognition as somebody writes it over sherpa-onnx-node: on threads of Node's pool over one model. Import it last: its onnxruntime must come after any other.
import { join } from 'node:path'

/**
 * @param folder with model.int8.onnx and tokens.txt
 * @param cores recognitions at once; the others wait in order
 * @returns {(samples: Float32Array, signal?: AbortSignal) => Promise<string>} the text of a sound at 16 kHz
 */
export async function sherpaRecognizer(folder, cores) {
  const { default: sherpa } = await import('sherpa-onnx-node')
  const recognizer = new sherpa.OfflineRecognizer({
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: {
      senseVoice: {
        model: join(folder, 'model.int8.onnx'),
        language: 'auto',
        useInverseTextNormalization: 1,
      },
      tokens: join(folder, 'tokens.txt'),
      numThreads: 1,
      provider: 'cpu',
      debug: 0,
    },
  })
  let running = 0
  const waiting = []
  return async (samples, signal) => {
    if (running === cores) await new Promise((resolve) => waiting.push(resolve))
    else running += 1
    try {
      signal?.throwIfAborted()
      const stream = recognizer.createStream()
      stream.acceptWaveform({ samples, sampleRate: 16_000 })
      return (await recognizer.decodeAsync(stream)).text
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
