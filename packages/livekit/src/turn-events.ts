import { stt } from '@livekit/agents'
import { joinedAnswer, speechData } from './speech-data.ts'
import type { UtteranceAnswer } from './utterance-answer.ts'
import type { UtteranceEvent } from './utterance-pipeline.ts'

interface Turn {
  readonly requestId: string
  readonly answers: UtteranceAnswer[]
  /** Segments that have no answer yet. */
  readonly pending: Set<number>
  /** Wall clock in ms; undefined while somebody speaks. */
  endedAtMs: number | undefined
  /** END_OF_SPEECH was told. */
  over: boolean
}

export interface TurnEventsOptions {
  /** Of the stream: turns are numbered behind it. */
  readonly streamId: string
  /** Where the stream begins on the session's clock, in seconds. */
  readonly offsetSeconds: () => number
  readonly emit: (event: stt.SpeechEvent) => void
}

const { SpeechEventType } = stt

/**
 * Utterances as LiveKit's events. A turn is START_OF_SPEECH, INTERIM_TRANSCRIPTs, a FINAL_TRANSCRIPT for each segment of it, and END_OF_SPEECH once all
 * are answered; when somebody speaks again before that, END_OF_SPEECH comes first and the FINAL_TRANSCRIPT later, so that starts and ends stay in pairs. A segment of
 * which nothing was understood has no FINAL_TRANSCRIPT. RECOGNITION_USAGE comes for each segment that was answered.
 */
export class TurnEvents {
  readonly #options: TurnEventsOptions
  readonly #turns = new Map<number, Turn>()
  #turn: Turn | undefined
  #count = 0

  constructor(options: TurnEventsOptions) {
    this.#options = options
  }

  /** @param event its `endedAtMs` by the wall clock */
  take(event: UtteranceEvent): void {
    switch (event.type) {
      case 'speech-start':
        this.#start(event.segmentId)
        break
      case 'speech-end':
        // After a cut the speaker goes on: the next segment belongs to the same turn.
        if (event.reason === 'silence' || event.reason === 'flush') {
          const turn = this.#turns.get(event.segmentId)
          if (turn !== undefined) turn.endedAtMs = event.endedAtMs
        }
        break
      case 'discarded': {
        const turn = this.#turns.get(event.segmentId)
        if (turn !== undefined) turn.endedAtMs ??= Date.now()
        this.#settle(event.segmentId)
        break
      }
      case 'dropped':
        this.#settle(event.segmentId)
        break
      case 'partial':
        this.#partial(event.segmentId, event.answer)
        break
      case 'final':
        this.#final(event.segmentId, event.answer, event.soundMs)
        break
    }
  }

  #start(segmentId: number): void {
    const goesOn = this.#turn !== undefined && this.#turn.endedAtMs === undefined
    if (this.#turn !== undefined && !goesOn) this.#end(this.#turn)
    if (this.#turn === undefined || !goesOn) {
      const requestId = `${this.#options.streamId}-${this.#count++}`
      this.#turn = { requestId, answers: [], pending: new Set(), endedAtMs: undefined, over: false }
      this.#options.emit({ type: SpeechEventType.START_OF_SPEECH, requestId })
    }
    this.#turn.pending.add(segmentId)
    this.#turns.set(segmentId, this.#turn)
  }

  #partial(segmentId: number, answer: UtteranceAnswer): void {
    const turn = this.#turns.get(segmentId)
    if (turn === undefined || turn.over || answer.text === '') return
    this.#options.emit({
      type: SpeechEventType.INTERIM_TRANSCRIPT,
      requestId: turn.requestId,
      alternatives: [speechData(answer, this.#options.offsetSeconds())],
    })
  }

  #final(segmentId: number, answer: UtteranceAnswer, soundMs: number): void {
    const turn = this.#turns.get(segmentId)
    if (turn === undefined) return
    const { requestId, endedAtMs } = turn
    turn.answers.push(answer)
    if (answer.text !== '') {
      this.#options.emit({
        type: SpeechEventType.FINAL_TRANSCRIPT,
        requestId,
        alternatives: [speechData(answer, this.#options.offsetSeconds())],
        ...(endedAtMs === undefined ? {} : { speechEndTime: endedAtMs }),
      })
    }
    this.#settle(segmentId)
    this.#options.emit({
      type: SpeechEventType.RECOGNITION_USAGE,
      requestId,
      recognitionUsage: { audioDuration: soundMs / 1000 },
    })
  }

  #settle(segmentId: number): void {
    const turn = this.#turns.get(segmentId)
    if (turn === undefined) return
    this.#turns.delete(segmentId)
    turn.pending.delete(segmentId)
    if (turn.endedAtMs !== undefined && turn.pending.size === 0) this.#end(turn)
  }

  #end(turn: Turn): void {
    if (this.#turn === turn) this.#turn = undefined
    if (turn.over) return
    turn.over = true
    const all = joinedAnswer(turn.answers)
    this.#options.emit({
      type: SpeechEventType.END_OF_SPEECH,
      requestId: turn.requestId,
      ...(turn.endedAtMs === undefined ? {} : { speechEndTime: turn.endedAtMs }),
      ...(all === undefined ? {} : { alternatives: [speechData(all, this.#options.offsetSeconds())] }),
    })
  }
}
