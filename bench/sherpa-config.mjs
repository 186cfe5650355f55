// The configuration of sherpa-onnx's recognizer that every comparison takes, for its Node and its WASM build.
import { join } from 'node:path'

/** @param folder with model.int8.onnx and tokens.txt */
export function sherpaConfig(folder, threads = 1) {
  return {
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: {
      senseVoice: {
        model: join(folder, 'model.int8.onnx'),
        language: 'auto',
        useInverseTextNormalization: 1,
      },
      tokens: join(folder, 'tokens.txt'),
      numThreads: threads,
      provider: 'cpu',
      debug: 0,
    },
  }
}
