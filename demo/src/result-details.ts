import type { SpeechResult } from '@sensevoice-web/engine'
import { html, type TemplateResult } from 'lit'

/** Everything but the words of one result. @param chosen whether the visitor chose it; else it is the newest */
export function resultDetails(result: SpeechResult | undefined, chosen: boolean): TemplateResult {
  return html`<section class="card details" aria-labelledby="details-title">
    <h2 id="details-title">${chosen ? 'Chosen result' : 'Newest result'}</h2>
    <h3>Emotion</h3>
    <speech-emotion-bars .result=${result}></speech-emotion-bars>
    <h3>Language</h3>
    <speech-language-scores .result=${result}></speech-language-scores>
    <h3>Sounds</h3>
    <speech-sound-events .result=${result}></speech-sound-events>
  </section>`
}
