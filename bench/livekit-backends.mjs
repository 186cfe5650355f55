// What recognizes for the streams of bench/livekit-sessions.mjs: the plugin's own backend, and one as somebody writes it over sherpa-onnx-node.
import { localBackend } from '@sensevoice-web/livekit'
import { sherpaRecognizer } from './sherpa-recognizer.mjs'

/** As often as the plugin's own does it. */
const PARTIAL_INTERVAL_MS = 400

function sherpaBackend(folder, cores) {
  return {
    name: 'sherpa-onnx-node',
    partialIntervalMs: PARTIAL_INTERVAL_MS,
    wordTimes: false,
    open: async () => {
      const textOf = await sherpaRecognizer(folder, cores)
      const recognize = async ({ samples, startSamples }, { signal }) => {
        const text = await textOf(samples, signal)
        const [startMs, endMs] = [startSamples / 16, (startSamples + samples.length) / 16]
        return { text, language: '', startMs, endMs, confidence: 0, words: [], metadata: {} }
      }
      return { model: 'sherpa-onnx-node', recognize, dispose: async () => {} }
    },
  }
}

export const BACKENDS = {
  sensevoice: (folder, cores) => localBackend({ model: folder, parallel: cores, threads: 1 }),
  'sherpa-onnx-node': sherpaBackend,
}
