import { type Emotion, SpeechError } from '@sensevoice-web/engine'
import { expressionFor } from './animation/expression.ts'
import { PromptTemplate } from './prompt/prompt-template.ts'
import type { Sureness } from './prompt/sureness.ts'
import type { Utterance } from './prompt/utterance.ts'
import type { LanguageModel } from './reply/language-model.ts'
import { SentenceSplitter } from './reply/sentence-splitter.ts'
import type { Voice } from './speech/voice.ts'
import { checkedFallback, type Fallback, fallbackText } from './turn/fallback.ts'
import { History } from './turn/history.ts'
import { checkedLimits, type StageLimits } from './turn/stage-limits.ts'
import { RunningTurn, type Turn } from './turn/turn.ts'
import type { TurnLimits } from './turn/turn-plan.ts'

export interface ConversationOptions {
  readonly model: LanguageModel
  readonly voice: Voice
  /** What the language model is told first of all. It may be asked to begin sentences with tags such as `[happy]` or `[sad:0.4]`. */
  readonly system?: string
  /** How an utterance is put to the language model; see `PromptTemplate`. Default `DEFAULT_PROMPT_TEMPLATE`. */
  readonly template?: string
  /** From which probability on a finding is told to the language model and shown on the face. */
  readonly sureness?: Sureness
  /** Turns that the language model is told again, 0 to 1000. Default 8. */
  readonly historyTurns?: number
  /** Default `{ kind: 'silent' }`. */
  readonly fallback?: Fallback
  /** Default: first piece within 8 s, the next within 4 s, at most 60 s of waiting. */
  readonly languageModelLimits?: Partial<StageLimits>
  /** Default: first sound within 5 s, the next within 3 s, at most 30 s of waiting a sentence. */
  readonly voiceLimits?: Partial<StageLimits>
  /** Sentences that are spoken at the same time, 1 to 16. Default 3. */
  readonly ahead?: number
  /** Most UTF-16 units of a sentence, from 20 on; longer ones are cut between clauses. Default 200. */
  readonly longestSentence?: number
  /** How long nothing must come until what reads like a whole sentence is spoken, in ms, 1 to 1000. Default 30. */
  readonly settleMs?: number
  /** Most UTF-16 units of a reply, 1 to 1,000,000; the rest is not read. Default 4000. */
  readonly longestReply?: number
  /** Most sound of one sentence in ms, 1000 to 600,000. Default 60,000. */
  readonly longestSpeechMs?: number
  /** Longest that sound may wait until it is taken, in ms, 1 to 3,600,000; then the turn is cancelled. Default 60,000. */
  readonly unreadMs?: number
  /** The face by the emotion that was heard, where it differs from `DEFAULT_EXPRESSIONS`. */
  readonly expressions?: Readonly<Partial<Record<Emotion, Emotion>>>
}

const LANGUAGE_MODEL: StageLimits = { firstMs: 8000, betweenMs: 4000, totalMs: 60_000 }
const VOICE: StageLimits = { firstMs: 5000, betweenMs: 3000, totalMs: 30_000 }

/** A spoken conversation: each result is answered by a language model and a voice, sentence by sentence. One turn at a time. */
export class Conversation {
  readonly #options: ConversationOptions
  readonly #template: PromptTemplate
  readonly #history: History
  readonly #fallback: Fallback
  readonly #limits: TurnLimits
  #turns = 0
  #current: RunningTurn | undefined
  #closed = false

  /** @throws SpeechError `invalid-argument` for an option out of its range and for a template that cannot be filled */
  constructor(options: ConversationOptions) {
    this.#options = options
    this.#template = new PromptTemplate(options.template, options.sureness)
    this.#history = new History(whole('historyTurns', options.historyTurns ?? 8, 0, 1000))
    this.#fallback = checkedFallback(options.fallback ?? { kind: 'silent' })
    this.#limits = {
      languageModel: checkedLimits('language model', { ...LANGUAGE_MODEL, ...options.languageModelLimits }),
      voice: checkedLimits('voice', { ...VOICE, ...options.voiceLimits }),
      longestSpeechMs: whole('longestSpeechMs', options.longestSpeechMs ?? 60_000, 1000, 600_000),
    }
    whole('ahead', options.ahead ?? 3, 1, 16)
    whole('settleMs', options.settleMs ?? 30, 1, 1000)
    whole('longestReply', options.longestReply ?? 4000, 1, 1_000_000)
    whole('unreadMs', options.unreadMs ?? 60_000, 1, 3_600_000)
    new SentenceSplitter(options.longestSentence)
  }

  /**
   * Begins to answer at once. A turn that still runs is cancelled: whoever speaks interrupts.
   *
   * @throws SpeechError `invalid-argument` when nothing was said, `closed`
   */
  answer(result: Utterance): Turn {
    if (this.#closed) throw new SpeechError('closed', 'the conversation is closed')
    if (result.text.trim() === '') {
      throw new SpeechError('invalid-argument', 'there is nothing to answer: the result has no text', {
        hint: 'Leave results without text out.',
      })
    }
    this.#current?.cancel('replaced')
    const prompt = this.#template.fill(result)
    const { system, sureness = {}, expressions = {}, settleMs = 30, longestReply = 4000 } = this.#options
    this.#turns += 1
    this.#current = new RunningTurn(this.#turns, {
      model: this.#options.model,
      messages: [
        ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
        ...this.#history.messages,
        { role: 'user', content: prompt },
      ],
      voice: this.#options.voice,
      ahead: this.#options.ahead ?? 3,
      limits: this.#limits,
      longestSentence: this.#options.longestSentence ?? 200,
      reading: { settleMs, longestReply },
      expression: expressionFor(result, sureness, expressions),
      fallback: this.#fallback,
      fallbackText: this.#fallback.kind === 'spoken' ? fallbackText(this.#fallback, result) : '',
      unreadMs: this.#options.unreadMs ?? 60_000,
      onEnd: (answer) => this.#history.add(prompt, answer),
    })
    return this.#current
  }

  /** Barge-in: silences the turn that runs, if any. */
  interrupt(): void {
    this.#current?.interrupt()
  }

  /** Cancels the turn that runs and forgets what was said. */
  close(): void {
    this.#closed = true
    this.#current?.cancel('closed')
    this.#history.clear()
  }
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new SpeechError(
    'invalid-argument',
    `${name} must be a whole number in [${least}, ${most}], got ${value}`,
  )
}
