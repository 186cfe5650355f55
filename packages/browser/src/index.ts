export type {
  AnalyzerState,
  Emotion,
  FrontEndFacts,
  Language,
  LanguageChoice,
  LoadProgress,
  ModelFile,
  ModelFlavour,
  ModelManifest,
  PartialResult,
  PromptIds,
  SegmentEndReason,
  SegmenterOptions,
  SoundEvent,
  SpeechErrorCode,
  SpeechErrorInit,
  SpeechEvent,
  SpeechEventOf,
  SpeechResult,
  SpeechToken,
  StageTimings,
} from '@sensevoice-web/engine'
export { EMOTIONS, LANGUAGES, SOUND_EVENTS, SpeechError } from '@sensevoice-web/engine'
export type { HeardReply, ReplyEvent, ReplyExpression } from '@sensevoice-web/protocol'
export type {
  AnalyzeInput,
  AnalyzeOptions,
  AssetUrls,
  AudioChunk,
  ConfigureOptions,
  CreateOptions,
  ListenOptions,
  ListenSource,
  LocalModelFile,
  ModelChoice,
  ModelFilesChoice,
  RecognitionOptions,
  RemoteOptions,
} from './api/options.ts'
export type {
  AnalysisResult,
  Capabilities,
  Capability,
  CapabilityName,
  Microphone,
  ModelInfo,
  ModelPlace,
  RuntimeInfo,
} from './api/outcomes.ts'
export type { SpeechEventListener, SpeechEventMap } from './api/speech-event-target.ts'
export { SpeechEventTarget } from './api/speech-event-target.ts'
export { type KnownModel, ModelStore, type StoredModelInfo, type StoreUsage } from './model-store.ts'
export { SpeechAnalyzer } from './speech-analyzer.ts'
