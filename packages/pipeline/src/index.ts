export {
  DEFAULT_EXPRESSIONS,
  type Expression,
  ExpressionTags,
  expressionFor,
} from './animation/expression.ts'
export * from './animation/mouth-envelope.ts'
export * from './conversation.ts'
export type { OpenAiEndpoint } from './endpoint/openai-endpoint.ts'
export * from './endpoint/openai-language-model.ts'
export * from './endpoint/openai-voice.ts'
export * from './prompt/prompt-template.ts'
export { type SureFindings, type Sureness, sureFindings } from './prompt/sureness.ts'
export type { Utterance } from './prompt/utterance.ts'
export * from './reply/language-model.ts'
export * from './reply/sentence-splitter.ts'
export * from './speech/voice.ts'
export type { Fallback } from './turn/fallback.ts'
export type { StageLimits } from './turn/stage-limits.ts'
export type { Turn } from './turn/turn.ts'
export type { CancelReason, StageName, TurnEvent } from './turn/turn-event.ts'
