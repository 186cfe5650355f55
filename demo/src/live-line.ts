import { emotionName, LANGUAGE_NAMES, type SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'
import words from './words-to-try.json'

/** From here on a sentence is set in smaller letters, in characters. */
const LONG = 60

/** The newest words in large letters, and how they were said. Screen readers get the announcement instead. */
export function liveLine({
  partial,
  results,
  listening,
  analyzer,
}: SpeechAnalyzerController): TemplateResult {
  const last = results.at(-1)
  const line = partial?.text || last?.text
  const facts = partial === undefined && last ? [LANGUAGE_NAMES[last.language], emotionName(last)] : []
  return html`<div class="line">
    <h1 id="hero-title">${listening ? 'Listening' : 'A page that hears'}</h1>
    <p
      class="live"
      data-testid="live"
      aria-hidden="true"
      ?data-open=${partial !== undefined}
      ?data-long=${(line?.length ?? 0) > LONG}
    >
      ${line || (listening ? 'Say something…' : 'Speak, and see what was heard.')}
    </p>
    ${
      line
        ? html`<p class="facts" aria-hidden="true">${facts.map((fact) => html`<span>${fact}</span>`)}</p>`
        : html`<p class="lead">
            Words, language, emotion and sounds, computed in your own browser. ${analyzer?.model.embedded ? examples() : nothing}
          </p>`
    }
  </div>`
}

/** What the embedded model is sure to know, in two languages. */
function examples(): TemplateResult {
  const [first, second] = words.map(({ tag, words: [phrase] }) => html`<q lang=${tag}>${phrase}</q>`)
  return html`Try ${first} or ${second}.`
}
