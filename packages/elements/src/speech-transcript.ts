import type { PartialResult, SpeechResult } from '@sensevoice-web/engine'
import { html, LitElement, nothing } from 'lit'
import { define } from './define.ts'
import { formatPercent, formatTime } from './format.ts'
import { EVENT_NAMES, emotionName, LANGUAGE_NAMES, LANGUAGE_TAGS } from './names.ts'
import { theme } from './theme.ts'
import { transcriptStyle } from './transcript-style.ts'

/** `event.detail` of `speech-select`. */
export interface SpeechSelectDetail {
  readonly segmentId: number
  readonly startMs: number
}

/**
 * Everything said, newest last, and what is being said right now. A result is a button: click, Enter or Space choose it, the arrow keys
 * walk between results.
 *
 * @fires speech-select - a result was chosen; `detail` is a `SpeechSelectDetail`
 * @slot empty - shown while there is nothing yet
 * @csspart result - one result
 * @csspart text - its words
 * @csspart meta - its time, language and emotion
 * @csspart partial - what is being said now
 */
export class SpeechTranscript extends LitElement {
  /** @internal */
  static override styles = [theme, transcriptStyle]
  /** @internal */
  static override properties = {
    results: { attribute: false },
    partial: { attribute: false },
    selectedId: { attribute: false },
    playbackMs: { attribute: false },
  }
  /** In the order of time. */
  declare results: readonly SpeechResult[]
  /** What is being said now, if anything. */
  declare partial: PartialResult | undefined
  /** `segmentId` of the chosen result. */
  declare selectedId: number | undefined
  /** Where a player is, in the results' own time: the word being played is marked. */
  declare playbackMs: number | undefined

  constructor() {
    super()
    this.results = []
  }

  override render() {
    if (this.results.length === 0 && this.partial === undefined) return html`<slot name="empty"></slot>`
    return html`<ol @keydown=${this.#walk}>
        ${this.results.map((result) => this.#result(result))}
      </ol>
      ${this.partial === undefined ? nothing : this.#partial(this.partial)}`
  }

  #result(result: SpeechResult) {
    const { segmentId, startMs, language, confidence } = result
    const playing =
      this.playbackMs !== undefined && this.playbackMs >= startMs && this.playbackMs < result.endMs
    return html`<li>
      <button
        part="result"
        type="button"
        data-segment=${segmentId}
        aria-pressed=${segmentId === this.selectedId ? 'true' : 'false'}
        ?data-playing=${playing}
        @click=${() => this.#select(result)}
      >
        <span part="text" lang=${LANGUAGE_TAGS[language] || nothing}>${this.#words(result, playing)}</span>
        <span part="meta">
          <time>${formatTime(startMs)}</time>
          <span>${LANGUAGE_NAMES[language]}</span>
          <span>${emotionName(result)}</span>
          ${result.event === 'speech' ? nothing : html`<span>${EVENT_NAMES[result.event]}</span>`}
          <span>${formatPercent(confidence)} confidence</span>
        </span>
      </button>
    </li>`
  }

  #words(result: SpeechResult, playing: boolean) {
    if (result.text === '') return html`<i>no words</i>`
    if (!playing) return result.text
    // A token's own span is where the model was sure of it; to the ear a word lasts until the next one.
    const now = this.playbackMs ?? 0
    const playedIndex = result.tokens.findLastIndex(({ startMs }) => startMs <= now)
    return result.tokens.map(({ text }, index) => (index === playedIndex ? html`<mark>${text}</mark>` : text))
  }

  #partial({ text, stableLength, language }: PartialResult) {
    // Screen readers hear results, not every guess on the way to them.
    return html`<p part="partial" aria-hidden="true" lang=${LANGUAGE_TAGS[language] || nothing}>
      <span class="settled">${text.slice(0, stableLength)}</span><span class="open">${text.slice(stableLength)}</span>
    </p>`
  }

  #select({ segmentId, startMs }: SpeechResult): void {
    const detail: SpeechSelectDetail = { segmentId, startMs }
    this.dispatchEvent(new CustomEvent('speech-select', { detail, bubbles: true, composed: true }))
  }

  #walk(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const buttons = [...this.renderRoot.querySelectorAll('button')]
    const here = buttons.indexOf(this.shadowRoot?.activeElement as HTMLButtonElement)
    const next = buttons[here + step]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
  }
}

define('speech-transcript', SpeechTranscript)
