import type { SpeechResult } from '@sensevoice-web/engine'
import { css, html, LitElement } from 'lit'
import { define } from './define.ts'
import { formatPercent } from './format.ts'
import { EVENT_NAMES } from './names.ts'
import { scoresOf } from './score-bars.ts'
import { theme } from './theme.ts'

const SHOWN = 0.02

/**
 * The sound events of one result, the likely ones first.
 *
 * @csspart event - one event
 */
export class SpeechSoundEvents extends LitElement {
  /** @internal */
  static override styles = [
    theme,
    css`
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      li {
        border: 1px solid var(--_line);
        border-radius: 99px;
        padding: 0.25rem 0.75rem;
        font-size: 0.92rem;
        color: var(--_ink-soft);
      }
      li[data-strongest] {
        border-color: var(--_accent);
        color: var(--_ink);
        font-weight: 600;
      }
      p {
        margin: 0;
        color: var(--_ink-soft);
        font-size: 0.92rem;
      }
    `,
  ]
  /** @internal */
  static override properties = { result: { attribute: false } }
  /** The result to show. */
  declare result: SpeechResult | undefined

  override render() {
    if (this.result === undefined) return html`<p>Sounds appear with the first result.</p>`
    const events = scoresOf(EVENT_NAMES, this.result.eventScores)
      .filter(({ probability, strongest }) => strongest || probability >= SHOWN)
      .sort((a, b) => b.probability - a.probability)
    return html`<ul>
      ${events.map(
        ({ name, probability, strongest }) =>
          html`<li part="event" ?data-strongest=${strongest}>${name} ${formatPercent(probability)}</li>`,
      )}
    </ul>`
  }
}

define('speech-sound-events', SpeechSoundEvents)
