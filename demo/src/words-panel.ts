import type { SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'
import words from './words-to-try.json'

/**
 * What the embedded model knows, by example, and how another model is loaded. Nothing is said of the vocabulary of any other model.
 */
export function wordsPanel({ analyzer, phase }: SpeechAnalyzerController): TemplateResult {
  const model = analyzer?.model
  return html`<section class="words card" aria-labelledby="words-title">
    <h2 id="words-title">${model?.embedded ? 'Words to try' : 'Model'}</h2>
    <p class="notice" data-testid="notice">${model?.notice || model?.name || (phase === 'failed' ? 'No model could be loaded.' : 'The model is being loaded.')}</p>
    ${model?.embedded ? embeddedWords() : nothing}
    <details>
      <summary>Use a full model instead</summary>
      <p>
        Put any model of the SenseVoiceSmall contract with its <code>manifest.json</code> on this page's own server, and open this page with
        its address, or pass it to <code>SpeechAnalyzer.create({ model })</code>.
      </p>
      <form @submit=${open}>
        <label>Address of a manifest <input name="model" required placeholder="/models/sensevoice/manifest.json" /></label>
        <button class="quiet">Load</button>
      </form>
      ${new URLSearchParams(location.search).has('model') ? html`<p><a href=${location.pathname}>Back to the built-in model</a></p>` : nothing}
    </details>
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

/** Opens the page with the address. Not the browser's own submit: the page's CSP lets no form send anything anywhere. */
function open(event: SubmitEvent): void {
  event.preventDefault()
  const model = String(new FormData(event.target as HTMLFormElement).get('model'))
  location.assign(`?${new URLSearchParams({ model })}`)
}
