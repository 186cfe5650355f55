import type { Emotion, SpeechResult } from '@sensevoice-web/engine'
import { html, LitElement } from 'lit'
import { define } from './define.ts'
import { formatPercent } from './format.ts'
import { EMOTION_NAMES } from './names.ts'
import { scoreBars, scoreBarsStyle, scoresOf } from './score-bars.ts'
import { theme } from './theme.ts'

const { unknown: _unclear, ...SEVEN } = EMOTION_NAMES

/**
 * The seven emotions of one result as bars that sum to 1, and how much mass the model gave to "unclear" instead.
 *
 * @csspart scores - the list
 * @csspart score - one row
 * @csspart bar - the filled part of a bar
 */
export class SpeechEmotionBars extends LitElement {
  static override styles = [theme, scoreBarsStyle]
  static override properties = { result: { attribute: false } }
  /** The result to show; nothing is shown but a hint while it is undefined. */
  declare result: SpeechResult | undefined

  override render() {
    if (this.result === undefined) return html`<p>Emotions appear with the first result.</p>`
    const { emotionScores, emotionUnknown } = this.result
    return html`${scoreBars(scoresOf<Emotion>(SEVEN, emotionScores))}
      <p>${formatPercent(emotionUnknown)} of the probability was left unclear.</p>`
  }
}

define('speech-emotion-bars', SpeechEmotionBars)
