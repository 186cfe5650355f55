import { type AudioSegment, isSpeechError, SpeechError, type SpeechErrorCode } from '@sensevoice-web/engine'
import type { BackendSource, UtteranceBackend, UtteranceCall } from '../backend.ts'
import type { UtteranceAnswer } from '../utterance-answer.ts'
import { BackendSlot } from './backend-slot.ts'
import type { RetryOptions } from './retry-options.ts'
import { DeadlineError, pause, withDeadline } from './with-deadline.ts'

/** What is only of use now must not keep the final waiting behind it. */
const TRIAL_MS = 3000
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
 * begins with the first again.
 */
export class UtteranceRecognizer {
  readonly #slots: readonly BackendSlot[]
  readonly #retry: RetryOptions
  readonly #onTrouble: (trouble: RecognitionTrouble) => void
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
  }

  /** Of the backend that answered last, else of the first. */
  get model(): string {
    const slot = this.#lastAnsweredBy ?? this.#slots[0]
    return slot?.model ?? slot?.name ?? ''
  }

  /**
   * Loads or connects the first backend that can be.
   *
   * @throws SpeechError that names why none can
   */
  async prewarm(): Promise<void> {
    const reasons: string[] = []
    for (const [index, slot] of this.#slots.entries()) {
      try {
        await slot.open()
        return
      } catch (error) {
        reasons.push(`${slot.name}: ${reasonOf(error)}`)
        this.#tellReplaced(index, error)
      }
    }
    throw new SpeechError('not-supported', `no backend can be used: ${reasons.join('; ')}`)
  }

  /**
   * @throws SpeechError `network` (retryable) that names why each backend failed; the signal's reason. What is not `final` is asked of one backend,
   *   once
   */
  async recognize(segment: AudioSegment, call: UtteranceCall): Promise<UtteranceAnswer> {
    if (call.kind !== 'final') return await this.#ask(this.#forTrial(), segment, call)
    const reasons: string[] = []
    for (const [index, slot] of this.#slots.entries()) {
      try {
        return await this.#askAgain(slot, segment, call)
      } catch (error) {
        if (call.signal.aborted) throw error
        slot.healthy = false
        reasons.push(`${slot.name}: ${reasonOf(error)}`)
        this.#tellReplaced(index, error)
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

  async #askAgain(slot: BackendSlot, segment: AudioSegment, call: UtteranceCall): Promise<UtteranceAnswer> {
    const attempts = slot.healthy ? this.#retry.attempts : 1
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(slot, segment, call)
      } catch (error) {
        const last = attempt >= attempts || slot.unavailable || isHopeless(error)
        if (last || call.signal.aborted) throw error
        this.#onTrouble({ type: 'retried', backend: slot.name, reason: reasonOf(error) })
        await pause(this.#retry.backoffMs * 2 ** (attempt - 1), call.signal)
      }
    }
  }

  async #ask(slot: BackendSlot, segment: AudioSegment, call: UtteranceCall): Promise<UtteranceAnswer> {
    const backend = await this.#opened(slot, call.signal)
    const longestMs = call.kind === 'final' ? this.#retry.answerMs + segment.samples.length / 16 : TRIAL_MS
    const answer = await withDeadline(slot.name, longestMs, call.signal, (signal) =>
      backend.recognize(segment, { ...call, signal }),
    )
    slot.healthy = true
    this.#lastAnsweredBy = slot
    return { ...answer, metadata: { ...answer.metadata, backend: slot.name } }
  }

  /** One whose time for opening is over is not waited for again, unless there is nobody else. */
  #opened(slot: BackendSlot, signal: AbortSignal): Promise<UtteranceBackend> {
    const { openMs } = this.#retry
    const what = `opening ${slot.name}`
    const isLast = slot === this.#slots.at(-1)
    if (slot.overdue && !isLast) return Promise.reject(new DeadlineError(what, openMs))
    return withDeadline(what, isLast ? openMs : slot.openLeftMs, signal, () => slot.open())
  }

  #tellReplaced(index: number, error: unknown): void {
    const [slot, next] = [this.#slots[index], this.#slots[index + 1]]
    if (slot === undefined || next === undefined) return
    this.#onTrouble({ type: 'replaced', backend: slot.name, by: next.name, reason: reasonOf(error) })
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
