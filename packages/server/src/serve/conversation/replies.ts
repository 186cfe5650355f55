import {
  Conversation,
  type ConversationOptions,
  OpenAiLanguageModel,
  OpenAiVoice,
} from '@sensevoice-web/pipeline'
import type { ReplyConfig } from './reply-config.ts'
import type { ReplyMetrics } from './reply-metrics.ts'
import type { ReplySink } from './reply-sink.ts'
import { ReplyTurns } from './reply-turns.ts'

/** Where conversations come from: all of them ask the same model and voice. */
export class Replies {
  readonly metrics: ReplyMetrics
  readonly #options: ConversationOptions

  constructor(config: ReplyConfig, metrics: ReplyMetrics) {
    const { languageModel, voice, system, template, fallback } = config
    this.metrics = metrics
    this.#options = {
      model: new OpenAiLanguageModel(languageModel),
      voice: new OpenAiVoice(voice),
      ...(system === undefined ? {} : { system }),
      ...(template === undefined ? {} : { template }),
      fallback,
    }
  }

  /** A conversation of one client, until it is closed. */
  open(sink: ReplySink): ReplyTurns {
    return new ReplyTurns(new Conversation(this.#options), sink, this.metrics)
  }
}
