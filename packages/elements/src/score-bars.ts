import { css, html, type TemplateResult } from 'lit'
import { formatPercent } from './format.ts'

/** One named probability. */
export interface Score {
  readonly name: string
  readonly probability: number
  readonly strongest: boolean
}

/** Named probabilities in the order of `names`; `strongest` marks the largest one. */
export function scoresOf<Key extends string>(
  names: Readonly<Record<Key, string>>,
  scores: Readonly<Partial<Record<Key, number>>>,
): readonly Score[] {
  const keys = (Object.keys(names) as Key[]).filter((key) => scores[key] !== undefined)
  const best = Math.max(...keys.map((key) => scores[key] ?? 0))
  return keys.map((key) => {
    const probability = scores[key] ?? 0
    return { name: names[key], probability, strongest: probability === best }
  })
}

/** The rows that scores will fill, as empty tracks: a page does not jump with the first result. Read out is only `hint`. */
export function emptyBars(names: Readonly<Record<string, string>>, hint: string): TemplateResult {
  return html`<p class="hidden">${hint}</p>
    <ul aria-hidden="true">
      ${Object.values(names).map((name) => html`<li><span class="name">${name}</span>${bar(0)}<span class="value">–</span></li>`)}
    </ul>`
}

function bar(probability: number): TemplateResult {
  return html`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="4"></rect>
    <rect class="bar" part="bar" width=${(probability * 100).toFixed(2)} height="4"></rect>
  </svg>`
}

/** Bars as a list: the number stands beside each bar, so that nothing is told by length or colour alone. */
export function scoreBars(scores: readonly Score[]): TemplateResult {
  return html`<ul part="scores">
    ${scores.map(
      ({ name, probability, strongest }) => html`<li part="score" ?data-strongest=${strongest}>
        <span class="name">${name}</span>
        ${bar(probability)}
        <span class="value">${formatPercent(probability)}</span>
      </li>`,
    )}
  </ul>`
}

export const scoreBarsStyle = css`
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    gap: 0.55rem;
  }
  li {
    display: grid;
    grid-template-columns: minmax(5.5rem, auto) 1fr 3.6rem;
    align-items: center;
    gap: 0.75rem;
    color: var(--_ink-soft);
    font-size: 0.92rem;
  }
  li[data-strongest] {
    color: var(--_ink);
    font-weight: 600;
  }
  svg {
    width: 100%;
    height: 0.5rem;
    border-radius: 99px;
    forced-color-adjust: none;
  }
  .track {
    fill: var(--_line);
  }
  .bar {
    fill: color-mix(in oklab, var(--_accent) 45%, var(--_line));
    transition: width 0.45s cubic-bezier(0.2, 0.7, 0.2, 1);
  }
  li[data-strongest] .bar {
    fill: var(--_accent);
  }
  .value {
    text-align: end;
    font-feature-settings: 'tnum';
  }
  p {
    margin: 0;
    color: var(--_ink-soft);
    font-size: 0.92rem;
  }
  p:not(.hidden) + ul,
  ul + p {
    margin-top: 0.7rem;
  }
`
