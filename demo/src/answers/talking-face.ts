import { LitElement, svg } from 'lit'
import type { Answers, FaceLook } from './answers.ts'

/** How the corners of the mouth lie, and the brows, at full intensity: up is positive. */
const FACES: Readonly<Record<string, { readonly corners: number; readonly brows: number }>> = {
  happy: { corners: 6, brows: 1 },
  sad: { corners: -6, brows: -2 },
  angry: { corners: -5, brows: -4 },
  surprised: { corners: 0, brows: 6 },
  fearful: { corners: -3, brows: 4 },
  disgusted: { corners: -4, brows: -1 },
}

/** A face that speaks: it follows the cues while their sound is heard. For the eye alone. */
class TalkingFace extends LitElement {
  static override properties = { answers: { attribute: false }, look: { state: true } }
  declare answers: Answers | undefined
  declare look: FaceLook | undefined
  #frame = 0

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute('aria-hidden', 'true')
    const follow = () => {
      const look = this.answers?.look
      if (look?.openness !== this.look?.openness || look?.expression !== this.look?.expression)
        this.look = look
      this.#frame = requestAnimationFrame(follow)
    }
    follow()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    cancelAnimationFrame(this.#frame)
  }

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  override render() {
    const { expression, openness } = this.look ?? {
      expression: { emotion: 'neutral', intensity: 0 },
      openness: 0,
    }
    const { corners, brows } = FACES[expression.emotion] ?? { corners: 1, brows: 0 }
    const [smile, brow] = [corners * expression.intensity, brows * expression.intensity]
    const half = 14 - 3 * openness
    const [left, right, middle] = [50 - half, 50 + half, 68]
    const [upper, lower] = [middle + smile - 7 * openness, middle + smile + 16 * openness]
    return svg`<svg viewBox="0 0 100 100" width="96" height="96" data-openness=${openness.toFixed(2)}>
      <circle class="head" cx="50" cy="50" r="46" />
      <circle class="eye" cx="34" cy="42" r="4" />
      <circle class="eye" cx="66" cy="42" r="4" />
      <path class="line" d="M27 ${32 - brow} h14 M59 ${32 - brow} h14" />
      <path class="mouth" d="M${left} ${middle - smile / 2} Q50 ${upper} ${right} ${middle - smile / 2} Q50 ${lower} ${left} ${middle - smile / 2}" />
    </svg>`
  }
}

customElements.define('talking-face', TalkingFace)
