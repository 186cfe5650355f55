import type { RemoteModelManifest } from '@sensevoice-web/engine'

const SHERPA_EXPORT =
  'csukuangfj/sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17/resolve/2365baeacb507f821a0c8120fcee3d484dba7a07'

/** The hub of the publisher and a mirror of that hub. What comes from either is proven by size and SHA-256. */
const HUBS = ['https://huggingface.co', 'https://hf-mirror.com']

/** The published SenseVoiceSmall as its authors and sherpa-onnx give it out: 8-bit matrices, five languages, punctuation and ITN. */
export const SENSEVOICE_SMALL: RemoteModelManifest = {
  schema: 1,
  id: 'sensevoice-small',
  name: 'SenseVoiceSmall',
  version: '2024-07-17',
  description:
    'The published SenseVoiceSmall with 8-bit weights: Mandarin, Cantonese, English, Japanese and Korean with punctuation, emotion and sound events.',
  notice: '',
  license: {
    name: 'FunASR Model License 1.1',
    url: 'https://github.com/modelscope/FunASR/blob/main/MODEL_LICENSE',
    attribution:
      'SenseVoiceSmall by FunAudioLLM (Tongyi Lab, Alibaba Group), https://github.com/FunAudioLLM/SenseVoice; ONNX export by sherpa-onnx (k2-fsa)',
  },
  languages: ['zh', 'en', 'yue', 'ja', 'ko', 'nospeech'],
  files: {
    model: {
      name: 'model.int8.onnx',
      urls: HUBS.map((hub) => `${hub}/${SHERPA_EXPORT}/model.int8.onnx`),
      bytes: 239_233_841,
      sha256: 'c71f0ce00bec95b07744e116345e33d8cbbe08cef896382cf907bf4b51a2cd51',
    },
    tokens: {
      name: 'tokens.txt',
      urls: HUBS.map((hub) => `${hub}/${SHERPA_EXPORT}/tokens.txt`),
      bytes: 315_894,
      sha256: 'f449eb28dc567533d7fa59be34e2abca8784f771850c78a47fb731a31429a1dc',
    },
  },
}

/** Models that can be asked for by name. */
export const KNOWN_MODELS: readonly RemoteModelManifest[] = [SENSEVOICE_SMALL]

export function knownModel(name: string): RemoteModelManifest | undefined {
  return KNOWN_MODELS.find(({ id }) => id === name)
}
