import { type AudioSegment, isSpeechError, SpeechError, type SpeechErrorCode } from '@sensevoice-web/engine'
import type { BackendSource, UtteranceBackend, UtteranceCall } from '../backend.ts'
import type { UtteranceAnswer } from '../utterance-answer.ts'
import { BackendSlot } from './backend-slot.ts'
import type { RetryOptions } from './retry-options.ts'
import { DeadlineError, pause, withDeadline } from './with-deadline.ts'

/** What is only of use now must not keep the final waiting behind it. */
const TRIAL_MS = 3000
/** Of the time for an answer: a failure that took so long costs the utterances behind it as much as no answer. */
const LATE_SHARE = 0.5
/** Trying again gives the same. */
const HOPELESS: readonly SpeechErrorCode[] = [
  'invalid-argument',
  'invalid-audio',
  'model-not-found',
  'model-corrupt',
  'model-unsupported',
  'not-supported',
  'closed',
]

/** What went wrong on the way, for logs and counters: never text or sound. */
export type RecognitionTrouble =
  | { readonly type: 'retried'; readonly backend: string; readonly reason: string }
  /** `backend` could not answer the utterance; the next one is asked. */
  | { readonly type: 'replaced'; readonly backend: string; readonly by: string; readonly reason: string }
  | { readonly type: 'given-up'; readonly reason: string }

/**
 * One utterance to an answer, over several backends: each is tried again, and then replaced by the next for this utterance. The next utterance
 * begins with the first again, unless that one hung: then it comes last for a while.
 */
export class UtteranceRecognizer {
  readonly #slots: readonly BackendSlot[]
  readonly #retry: RetryOptions
  readonly #onTrouble: (trouble: RecognitionTrouble) => void
  readonly #clock: () => number
  #lastAnsweredBy: BackendSlot | undefined

  /** @param sources in order of preference, one at least */
  constructor(
    sources: readonly BackendSource[],
    retry: RetryOptions,
    onTrouble: (trouble: RecognitionTrouble) => void,
    clock: () => number = () => performance.now(),
  ) {
    this.#slots = sources.map((source) => new BackendSlot(source, retry.openMs, clock))
    this.#retry = retry
    this.#onTrouble = onTrouble
    this.#clock = clock
  }

  /** Of the backend that answered last, else of the first. */
  get model(): string {
    const slot = this.#lastAnsweredBy ?? this.#slots[0]
    return slot?.model ?? slot?.name ?? ''
  }

  /**
   * Loads or connects the first backend that can be. One that takes longer than `openMs` goes on with it, and the next is begun with.
   *
   * @throws SpeechError that names why none can
   */
  async prewarm(): Promise<void> {
    const reasons: string[] = []
    const { signal } = new AbortController()
    for (const [index, slot] of this.#slots.entries()) {
      const next = this.#slots[index + 1]
      try {
        await this.#opened(slot, signal, next === undefined)
        return
      } catch (error) {
        reasons.push(`${slot.name}: ${reasonOf(error)}`)
        this.#tellReplaced(slot, next, reasonOf(error))
      }
    }
    throw new SpeechError('not-supported', `no backend can be used: ${reasons.join('; ')}`)
  }

  /**
   * @throws SpeechError `network` (retryable) that names why each backend failed; the signal's reason. What is not `final` is asked of one backend,
   *   once
   */
  async recognize(segment: AudioSegment, call: UtteranceCall): Promise<UtteranceAnswer> {
    if (call.kind !== 'final') return await this.#ask(this.#forTrial(), segment, call, false)
    const reasons: string[] = []
    const order = this.#order()
    for (const [index, slot] of order.entries()) {
      const next = order[index + 1]
      try {
        return await this.#askAgain(slot, segment, call, next === undefined)
      } catch (error) {
        if (call.signal.aborted) throw error
        slot.failed()
        reasons.push(`${slot.name}: ${reasonOf(error)}`)
        this.#tellReplaced(slot, next, reasonOf(error))
      }
    }
    const message = `no backend could recognize the utterance: ${reasons.join('; ')}`
    this.#onTrouble({ type: 'given-up', reason: message })
    throw new SpeechError('network', message, { retryable: true })
  }

  /** Frees every backend. Calls under way end. */
  async dispose(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.dispose()))
  }

  /** Whom to ask what is only of use now: who is well, loaded, and made for it. What is not loaded yet is begun with. */
  #forTrial(): BackendSlot {
    const slot = this.#slots.find(({ healthy, unavailable, overdue }) => healthy && !unavailable && !overdue)
    if (slot?.isOpen === true && slot.source.partialIntervalMs !== undefined) return slot
    slot?.open().catch(() => {})
    throw new SpeechError('busy', 'no backend can recognize on trial now', { retryable: true })
  }

  /** Who hung lately would cost each utterance its whole time: it is asked when nobody else can answer. */
  #order(): readonly BackendSlot[] {
    const hung = new Set(this.#slots.filter((slot) => slot.hung))
    const order = [...this.#slots.filter((slot) => !hung.has(slot)), ...hung]
    const [first] = order
    for (const slot of this.#slots) {
      if (slot === first) break
      this.#tellReplaced(slot, first, 'it kept another utterance waiting a short while ago')
    }
    return order
  }

  async #askAgain(
    slot: BackendSlot,
    segment: AudioSegment,
    call: UtteranceCall,
    isLast: boolean,
  ): Promise<UtteranceAnswer> {
    const attempts = slot.healthy ? this.#retry.attempts : 1
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(slot, segment, call, isLast)
      } catch (error) {
        const late = slot.hung && !isLast
        const last = attempt >= attempts || slot.unavailable || late || isHopeless(error)
        if (last || call.signal.aborted) throw error
        this.#onTrouble({ type: 'retried', backend: slot.name, reason: reasonOf(error) })
        await pause(this.#retry.backoffMs * 2 ** (attempt - 1), call.signal)
      }
    }
  }

  async #ask(
    slot: BackendSlot,
    segment: AudioSegment,
    call: UtteranceCall,
    isLast: boolean,
  ): Promise<UtteranceAnswer> {
    const backend = await this.#opened(slot, call.signal, isLast)
    const { answerMs } = this.#retry
    const isFinal = call.kind === 'final'
    const longestMs = isFinal ? answerMs + segment.samples.length / 16 : TRIAL_MS
    const since = this.#clock()
    let answer: UtteranceAnswer
    try {
      answer = await withDeadline(slot.name, longestMs, call.signal, (signal) =>
        backend.recognize(segment, { ...call, signal }),
      )
    } catch (error) {
      const late = this.#clock() - since >= LATE_SHARE * answerMs
      if (isFinal && late && !call.signal.aborted) slot.failedLate()
      throw error
    }
    slot.answered()
    this.#lastAnsweredBy = slot
    return { ...answer, metadata: { ...answer.metadata, backend: slot.name } }
  }

  /** One whose time for opening is over is not waited for again, unless there is nobody else. */
  #opened(slot: BackendSlot, signal: AbortSignal, isLast: boolean): Promise<UtteranceBackend> {
    const { openMs } = this.#retry
    const what = `opening ${slot.name}`
    if (slot.overdue && !isLast) return Promise.reject(new DeadlineError(what, openMs))
    return withDeadline(what, isLast ? openMs : slot.openLeftMs, signal, () => slot.open())
  }

  #tellReplaced({ name }: BackendSlot, next: BackendSlot | undefined, reason: string): void {
    if (next !== undefined) this.#onTrouble({ type: 'replaced', backend: name, by: next.name, reason })
  }
}

function isHopeless(error: unknown): boolean {
  if (error instanceof DeadlineError) return true
  return isSpeechError(error) && HOPELESS.includes(error.code)
}

function reasonOf(error: unknown): string {
  if (isSpeechError(error)) return `${error.message}${error.hint === '' ? '' : ` (${error.hint})`}`
  return error instanceof Error ? error.message : String(error)
}
