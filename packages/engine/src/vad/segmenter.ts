import { SpeechError } from '../errors.ts'
import { VAD_WINDOW_SAMPLES } from '../model/ports.ts'
import { cutPosition, type HeardWindow } from './cut-position.ts'
import type { SegmentEndReason, SegmentEvent, SegmenterOptions } from './segment-event.ts'
import { SAMPLES_PER_MS, validSegmenterOptions } from './segmenter-options.ts'

/** Where the segmenter stands. Positions are absolute samples at 16 kHz. */
type State =
  /** Nobody speaks; a new segment may start no earlier than `floorSamples`. */
  | { readonly kind: 'idle'; readonly floorSamples: number }
  | { readonly kind: 'speaking'; readonly segment: OpenSegment }
  /** Silence since the segment's last speech, not yet a candidate. */
  | { readonly kind: 'pausing'; readonly segment: OpenSegment }
  /** Silence for longer than the post-roll: the candidate's range was given out. */
  | { readonly kind: 'candidate'; readonly segment: OpenSegment; readonly endSamples: number }

type OpenState = Exclude<State, { kind: 'idle' }>

interface OpenSegment {
  readonly id: number
  readonly startSamples: number
  /** Joined to the segment before by a cut: part of a longer utterance, so never too short. */
  readonly continuation: boolean
  /** Every window from the first speech on. */
  readonly windows: HeardWindow[]
  /** Revision of the newest or the next candidate. */
  revision: number
  speechWindows: number
  lastSpeechEndSamples: number
}

/**
 * Turns a probability per VAD window into speech segments with absolute positions: pre-roll, hysteresis, hang-over, minimum length and cuts
 * of long speech. Pure and synchronous; what it emits is described at `SegmentEvent`.
 */
export class Segmenter {
  #options: SegmenterOptions
  #state: State = { kind: 'idle', floorSamples: 0 }
  #nextWindowSamples = 0
  #nextSegmentId = 0

  /** @throws SpeechError `invalid-argument` naming every faulty option */
  constructor(options: Partial<SegmenterOptions> = {}) {
    this.#options = validSegmenterOptions(options)
  }

  get options(): SegmenterOptions {
    return this.#options
  }

  /** True from a segment's first speech window until its end is known. */
  get speaking(): boolean {
    return this.#state.kind !== 'idle'
  }

  /** Earliest position that an event to come may still ask for: sound before it can be forgotten. Never goes back. */
  get retainFromSamples(): number {
    const state = this.#state
    return state.kind === 'idle' ? state.floorSamples : state.segment.startSamples
  }

  /**
   * Changes options from the next window on; an open segment and an issued candidate go on.
   *
   * @throws SpeechError `invalid-argument` naming every faulty option; the old options then stay
   */
  configure(options: Partial<SegmenterOptions>): void {
    this.#options = validSegmenterOptions(options, this.#options)
  }

  /**
   * @param windowStartSamples absolute position of the window's first of 512 samples. Windows follow one another; a jump ahead (lost sound,
   *   a pause) ends the open segment where its sound ended, and nothing after the jump reaches back over it
   * @param probability of speech in that window, in [0, 1]
   * @throws SpeechError `invalid-argument` for a window that goes back or a probability out of range; the window then counts as not pushed
   */
  push(windowStartSamples: number, probability: number): SegmentEvent[] {
    if (!(probability >= 0 && probability <= 1)) {
      throw invalid(`a speech probability lies in [0, 1], got ${probability}`)
    }
    if (!Number.isSafeInteger(windowStartSamples) || windowStartSamples < this.#nextWindowSamples) {
      throw invalid(
        `windows must not go back: expected ${this.#nextWindowSamples} or later, got ${windowStartSamples}`,
      )
    }
    const events = windowStartSamples > this.#nextWindowSamples ? this.#jumpTo(windowStartSamples) : []
    const windowEnd = windowStartSamples + VAD_WINDOW_SAMPLES
    this.#nextWindowSamples = windowEnd
    const threshold =
      this.#state.kind === 'speaking' ? this.#options.silenceThreshold : this.#options.speechThreshold
    const window = { startSamples: windowStartSamples, probability, speech: probability >= threshold }
    events.push(...(window.speech ? this.#hearSpeech(window) : this.#hearSilence(window)))
    return events
  }

  /**
   * Ends the open segment, if any, because the stream ends or is paused. Windows may go on afterwards, from `endSamples` or later.
   *
   * @param endSamples end of the stream's sound. The rest that did not fill a window belongs to the segment when it was speaking; of sound
   *   that reaches further than that nothing is known, and it is left out
   * @throws SpeechError `invalid-argument` when it lies before the end of the last window
   */
  flush(endSamples: number): SegmentEvent[] {
    if (!Number.isSafeInteger(endSamples) || endSamples < this.#nextWindowSamples) {
      throw invalid(`the stream cannot end at ${endSamples}, before its last window`)
    }
    const heardUpTo = Math.min(endSamples, this.#nextWindowSamples + VAD_WINDOW_SAMPLES - 1)
    const events = this.#flushAt(heardUpTo)
    if (this.#state.kind === 'idle') this.#state = { kind: 'idle', floorSamples: endSamples }
    this.#nextWindowSamples = endSamples
    return events
  }

  /** Forgets everything but the options: the next window starts a new stream with segment 0. */
  reset(): void {
    this.#state = { kind: 'idle', floorSamples: 0 }
    this.#nextWindowSamples = 0
    this.#nextSegmentId = 0
  }

  #jumpTo(windowStartSamples: number): SegmentEvent[] {
    const events = this.#flushAt(this.#nextWindowSamples)
    this.#state = { kind: 'idle', floorSamples: windowStartSamples }
    return events
  }

  #hearSpeech(window: HeardWindow): SegmentEvent[] {
    const state = this.#state
    if (state.kind === 'idle') {
      const start = Math.max(state.floorSamples, window.startSamples - samples(this.#options.preRollMs))
      return [this.#open(start, false, [window])]
    }
    const events: SegmentEvent[] = []
    const { segment } = state
    if (state.kind === 'candidate') {
      events.push({ type: 'resumed', segmentId: segment.id })
      segment.revision += 1
    }
    remember(segment, window)
    this.#state = { kind: 'speaking', segment }
    events.push(...this.#cutWhileTooLong())
    return events
  }

  #hearSilence(window: HeardWindow): SegmentEvent[] {
    const state = this.#state
    const windowEnd = window.startSamples + VAD_WINDOW_SAMPLES
    if (state.kind === 'idle') {
      const floorSamples = Math.max(state.floorSamples, windowEnd - samples(this.#options.preRollMs))
      this.#state = { kind: 'idle', floorSamples }
      return []
    }
    const { segment } = state
    const events: SegmentEvent[] = []
    remember(segment, window)
    const silence = windowEnd - segment.lastSpeechEndSamples
    let next: OpenState = state.kind === 'candidate' ? state : { kind: 'pausing', segment }
    if (next.kind === 'pausing' && silence >= samples(this.#options.postRollMs) && !this.#tooShort(segment)) {
      const endSamples = this.#endInSilence(segment, windowEnd)
      next = { kind: 'candidate', segment, endSamples }
      events.push({ type: 'candidate', ...rangeOf(segment, endSamples) })
    }
    this.#state = next
    if (silence >= samples(this.#options.hangOverMs)) events.push(this.#close(next, windowEnd, 'silence'))
    return events
  }

  #open(startSamples: number, continuation: boolean, windows: readonly HeardWindow[]): SegmentEvent {
    const segment: OpenSegment = {
      id: this.#nextSegmentId,
      startSamples,
      continuation,
      windows: [],
      revision: 0,
      speechWindows: 0,
      lastSpeechEndSamples: startSamples,
    }
    for (const window of windows) remember(segment, window)
    this.#nextSegmentId += 1
    this.#state = { kind: 'speaking', segment }
    return { type: 'speech-start', segmentId: segment.id, startSamples }
  }

  /** More than once only when the limits were lowered in the middle of a segment, or speech came back late after a cut in a pause. */
  #cutWhileTooLong(): SegmentEvent[] {
    const events: SegmentEvent[] = []
    while (this.#state.kind === 'speaking') {
      const { segment } = this.#state
      const cut = cutPosition(segment.startSamples, segment.windows, {
        softCutSamples: samples(this.#options.softCutMs),
        hardCutSamples: samples(this.#options.hardCutMs),
        silenceThreshold: this.#options.silenceThreshold,
      })
      if (cut === undefined) break
      const { atSamples } = cut
      events.push({ type: 'end', ...rangeOf(segment, atSamples), reason: cut.reason })
      const rest = segment.windows.filter((window) => window.startSamples >= atSamples)
      events.push(this.#open(atSamples, true, rest))
    }
    return events
  }

  #flushAt(heardUpTo: number): SegmentEvent[] {
    return this.#state.kind === 'idle' ? [] : [this.#close(this.#state, heardUpTo, 'flush')]
  }

  #close(state: OpenState, heardUpTo: number, reason: SegmentEndReason): SegmentEvent {
    const { segment } = state
    const endSamples = this.#endOf(state, heardUpTo)
    const floor = Math.max(endSamples, heardUpTo - samples(this.#options.preRollMs))
    this.#state = { kind: 'idle', floorSamples: floor }
    // A candidate that was given out is kept, even where the minimum was raised since.
    if (state.kind === 'candidate' || !this.#tooShort(segment)) {
      return { type: 'end', ...rangeOf(segment, endSamples), reason }
    }
    const { id: segmentId, startSamples } = segment
    return { type: 'discarded', segmentId, startSamples, endSamples, reason: 'too-short' }
  }

  #endOf(state: OpenState, heardUpTo: number): number {
    switch (state.kind) {
      case 'speaking':
        return heardUpTo
      case 'pausing':
        return this.#endInSilence(state.segment, heardUpTo)
      case 'candidate':
        return state.endSamples
    }
  }

  #endInSilence(segment: OpenSegment, heardUpTo: number): number {
    return Math.min(
      segment.lastSpeechEndSamples + samples(this.#options.postRollMs),
      segment.startSamples + samples(this.#options.hardCutMs),
      heardUpTo,
    )
  }

  #tooShort(segment: OpenSegment): boolean {
    const speechSamples = segment.speechWindows * VAD_WINDOW_SAMPLES
    return !segment.continuation && speechSamples < samples(this.#options.minSpeechMs)
  }
}

function remember(segment: OpenSegment, window: HeardWindow): void {
  segment.windows.push(window)
  if (!window.speech) return
  segment.speechWindows += 1
  segment.lastSpeechEndSamples = window.startSamples + VAD_WINDOW_SAMPLES
}

function rangeOf(segment: OpenSegment, endSamples: number) {
  const { id: segmentId, revision, startSamples } = segment
  return { segmentId, revision, startSamples, endSamples }
}

function samples(durationMs: number): number {
  return Math.round(durationMs * SAMPLES_PER_MS)
}

function invalid(message: string): SpeechError {
  return new SpeechError('invalid-argument', message)
}
