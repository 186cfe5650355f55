import { type SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { type Expression, ExpressionTags, NO_EXPRESSION } from '../animation/expression.ts'
import { MouthEnvelope } from '../animation/mouth-envelope.ts'
import { readReply } from '../reply/read-reply.ts'
import { SentenceSplitter } from '../reply/sentence-splitter.ts'
import { OrderedSpeech } from '../speech/ordered-speech.ts'
import type { Voice } from '../speech/voice.ts'
import { limited } from './stage-limits.ts'
import type { CancelReason, StageName, TurnEvent } from './turn-event.ts'
import { TurnEvents } from './turn-events.ts'
import { nothingSaid, type TurnPlan } from './turn-plan.ts'

interface Sentence {
  readonly sentence: number
  readonly text: string
  readonly expression: Expression
}

/** One answer on its way. Its events can be read once; leaving the loop early interrupts it. */
export interface Turn extends AsyncIterable<TurnEvent> {
  /** 1, 2, … within the conversation. */
  readonly turn: number
  /** Barge-in: ends all stages at once. No sound comes out any more; the next event is `cancelled`. Nothing happens when the turn is over. */
  interrupt(): void
}

/** Runs the stages of one turn: reply → sentences → speech → cues. */
export class RunningTurn implements Turn {
  readonly turn: number
  readonly #plan: TurnPlan
  readonly #work = new AbortController()
  readonly #events: TurnEvents
  /** The reply's sentences with their tags. */
  readonly #raw: string[] = []
  readonly #spoken = new Set<number>()
  #endMs = 0
  #replyCut = false

  constructor(turn: number, plan: TurnPlan) {
    this.turn = turn
    this.#plan = plan
    this.#events = new TurnEvents(turn, plan.unreadMs, (reason) => this.cancel(reason))
    void this.#run()
  }

  [Symbol.asyncIterator](): AsyncIterator<TurnEvent> {
    return this.#events.read()
  }

  interrupt(): void {
    this.cancel('interrupted')
  }

  cancel(reason: CancelReason): void {
    if (!this.#events.cancel(reason)) return
    this.#work.abort()
    this.#plan.onEnd(this.#sentences(this.#events.takenSentences))
  }

  async #run(): Promise<void> {
    const answered = await this.#answer()
    if (this.#work.signal.aborted) return
    if (!answered) await this.#fallBack()
    await this.#events.soundTaken()
    const outcome = answered ? 'answered' : 'fallback'
    if (!this.#events.end({ type: 'turn-end', outcome, audioMs: this.#endMs, replyCut: this.#replyCut }))
      return
    this.#plan.onEnd(this.#sentences(this.#spoken))
  }

  /** @returns whether all of the reply was spoken */
  async #answer(): Promise<boolean> {
    const failed = new AbortController()
    const signal = AbortSignal.any([this.#work.signal, failed.signal])
    const speech = this.#speech(this.#plan.voice, signal)
    const replied = this.#reply(speech, signal)
    try {
      await this.#deliver(speech)
    } catch (error) {
      failed.abort()
      this.#tellFailure('voice', error)
      return false
    }
    return await replied
  }

  /** @returns whether the reply was whole; never throws */
  async #reply(speech: OrderedSpeech<Sentence>, signal: AbortSignal): Promise<boolean> {
    const { model, messages, limits, expression } = this.#plan
    const tags = new ExpressionTags(expression)
    try {
      const pieces = limited('language model', limits.languageModel, signal, (until) =>
        model.reply(messages, until),
      )
      const reading = { ...this.#plan.reading, splitter: new SentenceSplitter(this.#plan.longestSentence) }
      const parts = readReply(pieces, reading)
      let next = await parts.next()
      for (; next.done !== true; next = await parts.next()) {
        if (next.value.kind === 'text') this.#events.tell({ type: 'reply-text', text: next.value.text })
        else this.#say(speech, next.value.text, tags)
      }
      this.#replyCut = next.value
      if (this.#raw.length === 0) throw nothingSaid()
      return true
    } catch (error) {
      if (!signal.aborted) this.#tellFailure('language model', error)
      return false
    } finally {
      speech.end()
    }
  }

  #say(speech: OrderedSpeech<Sentence>, raw: string, tags: ExpressionTags): void {
    const { text, expression } = tags.read(raw)
    if (text === '') return
    const sentence = { sentence: this.#raw.push(raw) - 1, text, expression }
    this.#events.tell({ type: 'sentence', ...sentence })
    speech.add(sentence)
  }

  async #deliver(speech: OrderedSpeech<Sentence>): Promise<void> {
    let mouth = new MouthEnvelope()
    let current: Sentence | undefined
    for await (const { sentence: spoken, block } of speech.blocks()) {
      if (spoken !== current) mouth = new MouthEnvelope()
      current = spoken
      const { sentence, expression } = spoken
      this.#spoken.add(sentence)
      const startMs = this.#endMs
      const endMs = startMs + (block.pcm.length * 1000) / block.sampleRate
      const frames = mouth.frames(block.pcm, block.sampleRate, startMs)
      this.#endMs = endMs
      this.#events.tell({ type: 'cue', sentence, startMs, endMs, expression, mouth: frames })
      await this.#events.tellSound({ type: 'audio', sentence, ...block, startMs, endMs })
    }
  }

  async #fallBack(): Promise<void> {
    const { fallback, fallbackText, voice } = this.#plan
    this.#events.tell({ type: 'fallback', kind: fallback.kind })
    if (fallback.kind === 'silent') return
    const speech = this.#speech(fallback.voice ?? voice, this.#work.signal)
    const sentence = { sentence: this.#raw.length, text: fallbackText, expression: NO_EXPRESSION }
    this.#events.tell({ type: 'sentence', ...sentence })
    speech.add(sentence)
    speech.end()
    try {
      await this.#deliver(speech)
    } catch (error) {
      this.#tellFailure('voice', error)
      this.#events.tell({ type: 'fallback', kind: 'silent' })
    }
  }

  #speech(voice: Voice, signal: AbortSignal): OrderedSpeech<Sentence> {
    const { ahead, limits } = this.#plan
    return new OrderedSpeech({
      voice,
      ahead,
      signal,
      limits: limits.voice,
      longestSpeechMs: limits.longestSpeechMs,
    })
  }

  #tellFailure(stage: StageName, reason: unknown): void {
    const error: SpeechError = toSpeechError(reason, 'inference-failed')
    this.#events.tell({ type: 'error', stage, error })
  }

  #sentences(which: ReadonlySet<number>): string {
    return this.#raw.filter((_, sentence) => which.has(sentence)).join(' ')
  }
}
