// Recognition as somebody writes it over sherpa-onnx-node: on threads of Node's pool over one model. Import it last: its onnxruntime must come after any other.
import { sherpaConfig } from './sherpa-config.mjs'

/**
 * @param folder with model.int8.onnx and tokens.txt
 * @param cores recognitions at once; the others wait in order
 * @returns {(samples: Float32Array, signal?: AbortSignal) => Promise<string>} the text of a sound at 16 kHz
 */
export async function sherpaRecognizer(folder, cores) {
  const { default: sherpa } = await import('sherpa-onnx-node')
  const recognizer = new sherpa.OfflineRecognizer(sherpaConfig(folder))
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
