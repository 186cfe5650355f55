import type { Emotion, SpeechResult } from '@sensevoice-web/engine'
import { html, LitElement } from 'lit'
import { define } from './define.ts'
import { formatPercent } from './format.ts'
import { EMOTION_NAMES } from './names.ts'
import { emptyBars, scoreBars, scoreBarsStyle, scoresOf } from './score-bars.ts'
import { theme } from './theme.ts'

const { unknown: _unclear, ...SEVEN } = EMOTION_NAMES

/**
 * The emotions of one result as bars that sum to 1. "Unclear" is a bar of its own, since a model that is unsure should look unsure;
 * `without-unknown` leaves it out, shows the seven others renormalized and tells the left-out mass in words.
 *
 * @csspart scores - the list
 * @csspart score - one row
 * @csspart bar - the filled part of a bar
 */
export class SpeechEmotionBars extends LitElement {
  /** @internal */
  static override styles = [theme, scoreBarsStyle]
  /** @internal */
  static override properties = {
    result: { attribute: false },
    withoutUnknown: { type: Boolean, attribute: 'without-unknown' },
  }
  /** The result to show; empty bars while it is undefined. */
  declare result: SpeechResult | undefined
  /** Only the seven emotions, renormalized. Default false. */
  declare withoutUnknown: boolean

  constructor() {
    super()
    this.withoutUnknown = false
  }

  override render() {
    if (this.result === undefined)
      return emptyBars(this.withoutUnknown ? SEVEN : EMOTION_NAMES, 'Emotions appear with the first result.')
    const { emotionScores, emotionScoresWithUnknown, emotionUnknown } = this.result
    if (!this.withoutUnknown) return scoreBars(scoresOf(EMOTION_NAMES, emotionScoresWithUnknown))
    return html`${scoreBars(scoresOf<Emotion>(SEVEN, emotionScores))}
      <p>${formatPercent(emotionUnknown)} of the probability was left unclear.</p>`
  }
}

define('speech-emotion-bars', SpeechEmotionBars)
