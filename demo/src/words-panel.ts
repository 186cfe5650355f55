import type { SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'
import words from './words-to-try.json'

/** What the embedded model knows, by example. Nothing is said of the vocabulary of any other model. */
export function wordsPanel({ analyzer, phase }: SpeechAnalyzerController): TemplateResult {
  const model = analyzer?.model
  return html`<section class="words card" aria-labelledby="words-title">
    <h2 id="words-title">${model?.embedded ? 'Words to try' : 'Model'}</h2>
    <p class="notice" data-testid="notice">${model?.notice || model?.name || (phase === 'failed' ? 'No model could be loaded.' : 'The model is being loaded.')}</p>
    ${model?.embedded ? embeddedWords() : nothing}
  </section>`
}

function embeddedWords(): TemplateResult {
  return html`<dl>
    ${words.map(
      ({ language, tag, words: list }) => html`<dt>${language}</dt>
        <dd lang=${tag}>${list.map((word) => html`<span>${word}</span>`)}</dd>`,
    )}
  </dl>`
}
