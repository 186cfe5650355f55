export type { Backend, BackendCall } from './backend/backend.ts'
export { createLocalBackend, type LocalBackendOptions } from './backend/local-backend.ts'
export type { OipClientOptions } from './backend/oip/oip-client.ts'
export type { PoolCall } from './backend/triton/endpoint-pool.ts'
export type { ModelIdentity } from './backend/triton/model-identity.ts'
export type { EndpointCounters, PoolCounters, PoolEvent } from './backend/triton/pool-event.ts'
export type { EndpointPoolOptions } from './backend/triton/pool-options.ts'
export { TritonModel, type TritonModelOptions } from './backend/triton/triton-model.ts'
export {
  createTritonRecognizer,
  type TritonRecognizeOptions,
  type TritonRecognizer,
  type TritonRecognizerOptions,
} from './backend/triton/triton-recognizer.ts'
export { createTritonBackend, type TritonBackendOptions } from './backend/triton-backend.ts'
export { DEFAULT_MODEL_DIR, DEFAULT_VAD_MODEL } from './model/default-models.ts'
export { modelFileIn } from './model/read-model.ts'
export {
  type AnalyzeFileOptions,
  createNodeAnalyzer,
  type NodeAnalyzer,
  type NodeAnalyzerOptions,
} from './node-analyzer.ts'
export { DiskStorage } from './store/disk-storage.ts'
export { modelFolder } from './store/model-folder.ts'
export { nodeStore } from './store/node-store.ts'
export { modelsHome } from './store/store-home.ts'
export { VoiceProbes } from './voice-probes.ts'
