// What recognizes for the streams of bench/livekit-sessions.mjs: the plugin's own backend, and one as somebody writes it over sherpa-onnx-node.
import { join } from 'node:path'
import { localBackend } from '@sensevoice-web/livekit'

/** As often as the plugin's own does it. */
const PARTIAL_INTERVAL_MS = 400

/** Recognitions on threads of Node's pool over one model; as many at once as there are cores, the others wait in order. */
function sherpaBackend(folder, cores) {
  return {
    name: 'sherpa-onnx-node',
    partialIntervalMs: PARTIAL_INTERVAL_MS,
    wordTimes: false,
    open: async () => {
      // Only now: its onnxruntime must come after the one that the VAD uses.
      const { default: sherpa } = await import('sherpa-onnx-node')
      const model = join(folder, 'model.int8.onnx')
      const recognizer = new sherpa.OfflineRecognizer({
        featConfig: { sampleRate: 16_000, featureDim: 80 },
        modelConfig: {
          senseVoice: { model, language: 'auto', useInverseTextNormalization: 1 },
          tokens: join(folder, 'tokens.txt'),
          numThreads: 1,
          provider: 'cpu',
          debug: 0,
        },
      })
      let running = 0
      const waiting = []
      const recognize = async ({ samples, startSamples }, { signal }) => {
        if (running === cores) await new Promise((resolve) => waiting.push(resolve))
        else running += 1
        try {
          signal.throwIfAborted()
          const stream = recognizer.createStream()
          stream.acceptWaveform({ samples, sampleRate: 16_000 })
          const { text } = await recognizer.decodeAsync(stream)
          const [startMs, endMs] = [startSamples / 16, (startSamples + samples.length) / 16]
          return { text, language: '', startMs, endMs, confidence: 0, words: [], metadata: {} }
        } finally {
          const next = waiting.shift()
          if (next) next()
          else running -= 1
        }
      }
      return { model: 'sherpa-onnx-node', recognize, dispose: async () => {} }
    },
  }
}

export const BACKENDS = {
  sensevoice: (folder, cores) => localBackend({ model: folder, parallel: cores, threads: 1 }),
  'sherpa-onnx-node': sherpaBackend,
}
