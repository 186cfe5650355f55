import type { ModelManifest } from '@sensevoice-web/engine'

/** What has to be known of a model to run it, wherever it was written down: in a manifest, or in the ONNX file itself. */
export type ModelFacts = Pick<ModelManifest, 'flavour' | 'vocabularySize' | 'languages' | 'frontend' | 'ids'>
