import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { HeardReply, ReplyExpression, SpeechAnalyzer } from 'sensevoice-web'
import { ReplyPlayer } from './reply-player.ts'

/** One answer as the page shows it. */
export interface Answer {
  readonly turn: number
  /** What it answers. */
  readonly said: string
  readonly text: string
  readonly state: 'coming' | 'answered' | 'interrupted' | 'failed'
}

/** How the face looks at one moment. */
export interface FaceLook {
  readonly expression: ReplyExpression
  /** How far the mouth is open, in [0, 1]. */
  readonly openness: number
}

const MOUTH_FRAME_MS = 20
const MOST_ANSWERS = 50
/** A model may begin sentences with the face to them; that is not for reading. */
const TAG = /\[[a-z]+(?:[:\s]\s*[\d.]+)?\]\s*/gi
const CALM: FaceLook = { expression: { emotion: 'neutral', intensity: 0 }, openness: 0 }

/** Answers of a server: played, and kept to be shown. */
export class Answers implements ReactiveController {
  list: readonly Answer[] = []
  readonly #host: ReactiveControllerHost
  readonly #said: () => string
  readonly #player = new ReplyPlayer()
  #analyzer: SpeechAnalyzer | undefined
  #cues: Extract<HeardReply, { type: 'cue' }>[] = []

  /** @param said the newest words of the visitor */
  constructor(host: ReactiveControllerHost, said: () => string) {
    this.#host = host
    this.#said = said
    host.addController(this)
  }

  hostDisconnected(): void {
    this.#player.stop()
  }

  /** Whether the server behind the page answers, if it is asked to. */
  get offered(): boolean {
    return this.#analyzer?.canReply ?? false
  }

  get coming(): boolean {
    return this.list.at(-1)?.state === 'coming'
  }

  /** Now, by what is being heard. */
  get look(): FaceLook {
    const positionMs = this.#player.positionMs
    const cue = this.#cues.find(({ startMs, endMs }) => positionMs >= startMs && positionMs < endMs)
    if (!this.#player.playing || cue === undefined) return CALM
    const openness = cue.mouth[Math.floor((positionMs - cue.startMs) / MOUTH_FRAME_MS)] ?? 0
    return { expression: cue.expression, openness }
  }

  /** Hears the answers of this analyzer from now on. */
  follow(analyzer: SpeechAnalyzer): void {
    this.#player.stop()
    this.#analyzer = analyzer
    this.list = []
    analyzer.addEventListener('reply', ({ detail }) => this.#take(detail))
    this.#host.requestUpdate()
  }

  readonly interrupt = (): void => this.#analyzer?.interruptReply()

  #take(reply: HeardReply): void {
    switch (reply.type) {
      case 'audio':
        this.#player.play(reply)
        return
      case 'cue':
        this.#cues.push(reply)
        return
      case 'cancelled':
        this.#player.stop()
        this.#change(reply.turn, () => ({ state: 'interrupted' }))
        return
      case 'turn-end':
        this.#change(reply.turn, () => ({ state: reply.outcome === 'answered' ? 'answered' : 'failed' }))
        return
      case 'reply-text':
        this.#change(reply.turn, ({ text }) => ({ text: `${text}${reply.text}`.replace(TAG, '') }))
        return
      case 'error':
        this.#change(reply.turn, ({ text }) => ({ text: `${text} (${reply.error.message})`.trim() }))
        return
    }
  }

  #change(turn: number, change: (answer: Answer) => Partial<Answer>): void {
    const last = this.list.at(-1)
    const known = last !== undefined && last.turn >= turn
    const answer: Answer = known ? last : { turn, said: this.#said(), text: '', state: 'coming' }
    if (!known) this.#cues = []
    const before = known ? this.list.slice(0, -1) : this.list
    this.list = [...before, { ...answer, ...change(answer) }].slice(-MOST_ANSWERS)
    this.#host.requestUpdate()
  }
}
