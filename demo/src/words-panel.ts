import { html, type TemplateResult } from 'lit'
import words from './words-to-try.json'

/** What the embedded model knows, by example, and how another model is loaded. */
export function wordsPanel(notice: string): TemplateResult {
  return html`<section class="words card" aria-labelledby="words-title">
    <h2 id="words-title">Words to try</h2>
    <p class="notice" data-testid="notice">${notice}</p>
    <dl>
      ${words.map(
        ({ language, tag, words: list }) => html`<dt>${language}</dt>
          <dd lang=${tag}>${list.map((word) => html`<span>${word}</span>`)}</dd>`,
      )}
    </dl>
    <details>
      <summary>Use a full model instead</summary>
      <p>
        Put any model of the SenseVoiceSmall contract with its <code>manifest.json</code> on this page's own server, and open this page with
        its address, or pass it to <code>SpeechAnalyzer.create({ model })</code>.
      </p>
      <form method="get">
        <label>Address of a manifest <input name="model" required placeholder="/models/sensevoice/manifest.json" /></label>
        <button class="quiet">Load</button>
      </form>
    </details>
  </section>`
}
