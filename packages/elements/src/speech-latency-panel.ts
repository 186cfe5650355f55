import type { SpeechResult } from '@sensevoice-web/engine'
import { css, html, LitElement } from 'lit'
import { define } from './define.ts'
import { formatLatency } from './format.ts'
import { latencyRows } from './latency-rows.ts'
import { theme } from './theme.ts'

const COLUMNS = ['min', 'mean', 'max', 'p50', 'p95', 'p99'] as const

/**
 * How long every stage took over the last 100 results, in milliseconds.
 *
 * @csspart table - the table
 */
export class SpeechLatencyPanel extends LitElement {
  /** @internal */
  static override styles = [
    theme,
    css`
      .scroll {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 0.88rem;
      }
      caption {
        text-align: start;
        color: var(--_ink-soft);
        padding-block-end: 0.4rem;
      }
      th {
        font-weight: 500;
        color: var(--_ink-soft);
        text-align: end;
      }
      th[scope='row'] {
        text-align: start;
        white-space: nowrap;
      }
      td {
        text-align: end;
        font-family: var(--_mono);
      }
      th,
      td {
        padding: 0.35rem 0.5rem;
        border-block-end: 1px solid var(--_line);
      }
      @media (max-width: 30rem) {
        table {
          font-size: 0.8rem;
        }
        th,
        td {
          padding-inline: 0.15rem;
        }
        th[scope='row'] {
          white-space: normal;
        }
      }
      p {
        margin: 0;
        color: var(--_ink-soft);
        font-size: 0.92rem;
      }
    `,
  ]
  /** @internal */
  static override properties = { results: { attribute: false } }
  /** Results in the order they came; the last 100 count. */
  declare results: readonly SpeechResult[]

  constructor() {
    super()
    this.results = []
  }

  override render() {
    const rows = latencyRows(this.results)
    if (rows.length === 0) return html`<p>Figures appear with the first result.</p>`
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Latency table">
      <table part="table">
        <caption>
          Milliseconds over ${this.results.length === 1 ? 'one result' : `the last ${Math.min(100, this.results.length)} results`}
        </caption>
        <thead>
          <tr>
            <th scope="col"><span class="hidden">Stage</span></th>
            ${COLUMNS.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ name, summary }) => html`<tr>
              <th scope="row">${name}</th>
              ${COLUMNS.map((column) => html`<td>${formatLatency(summary[column])}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }
}

define('speech-latency-panel', SpeechLatencyPanel)
