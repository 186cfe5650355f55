import type { SpeechResult } from '@sensevoice-web/engine'
import { html, LitElement } from 'lit'
import { define } from './define.ts'
import { LANGUAGE_NAMES } from './names.ts'
import { emptyBars, scoreBars, scoreBarsStyle, scoresOf } from './score-bars.ts'
import { theme } from './theme.ts'

/**
 * The probability of each language of one result. Where the language was forced there are none, and it says so.
 *
 * @csspart scores - the list
 * @csspart score - one row
 * @csspart bar - the filled part of a bar
 */
export class SpeechLanguageScores extends LitElement {
  /** @internal */
  static override styles = [theme, scoreBarsStyle]
  /** @internal */
  static override properties = { result: { attribute: false } }
  /** The result to show. */
  declare result: SpeechResult | undefined

  override render() {
    if (this.result === undefined) return emptyBars(LANGUAGE_NAMES, 'Languages appear with the first result.')
    const { languageScores, language } = this.result
    if (languageScores === undefined) {
      return html`<p>${LANGUAGE_NAMES[language]} was set, so the model was not asked.</p>`
    }
    return scoreBars(scoresOf(LANGUAGE_NAMES, languageScores))
  }
}

define('speech-language-scores', SpeechLanguageScores)
