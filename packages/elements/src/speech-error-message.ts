import type { SpeechError } from '@sensevoice-web/engine'
import { css, html, LitElement, nothing } from 'lit'
import { define } from './define.ts'
import { ERROR_TITLES } from './error-words.ts'
import { theme } from './theme.ts'

/**
 * An error in plain words: what happened, the details, and what to do.
 *
 * @fires speech-dismiss - the close button was pressed
 * @slot - actions, such as a button to try again
 * @csspart message - the box
 * @csspart dismiss - the close button
 */
export class SpeechErrorMessage extends LitElement {
  /** @internal */
  static override styles = [
    theme,
    css`
      div {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.5rem 1rem;
        padding: 1rem 1.1rem;
        border-radius: var(--_radius);
        border: 1px solid var(--_bad);
        border-inline-start-width: 5px;
        background: color-mix(in oklab, var(--_bad) 8%, var(--_raised));
      }
      strong {
        color: var(--_bad);
      }
      p {
        margin: 0;
        grid-column: 1 / -1;
        overflow-wrap: anywhere;
      }
      ::slotted(*) {
        justify-self: start;
      }
      code {
        font-family: var(--_mono);
        font-size: 0.82rem;
        color: var(--_ink-soft);
      }
      button {
        border: 0;
        background: none;
        cursor: pointer;
        padding: 0.1rem 0.5rem;
        font-size: 1.1rem;
      }
    `,
  ]
  /** @internal */
  static override properties = { error: { attribute: false } }
  /** Nothing is shown while undefined. */
  declare error: SpeechError | undefined

  override render() {
    // The region is there before its content, else screen readers miss the first message.
    return html`<section role="alert">${this.error === undefined ? nothing : this.#box(this.error)}</section>`
  }

  #box({ code, message, hint }: SpeechError) {
    return html`<div part="message">
      <strong>${ERROR_TITLES[code]}</strong>
      <button part="dismiss" type="button" aria-label="Close this message" @click=${this.#dismiss}>×</button>
      <p>${hint}</p>
      <p><code>${code}: ${message}</code></p>
      <slot></slot>
    </div>`
  }

  #dismiss(): void {
    this.dispatchEvent(new CustomEvent('speech-dismiss', { bubbles: true, composed: true }))
  }
}

define('speech-error-message', SpeechErrorMessage)
