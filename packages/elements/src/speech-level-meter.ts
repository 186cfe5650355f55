import type { SpeechEventOf } from '@sensevoice-web/engine'
import { css, html, LitElement, type PropertyValues } from 'lit'
import { define } from './define.ts'
import { LevelHistory } from './level-history.ts'
import { theme } from './theme.ts'

const BARS = 64

/**
 * Loudness of the last seconds as moving bars, and a light that says whether someone speaks. The light is a word as well.
 *
 * @csspart light - the light and its word
 * @csspart wave - the canvas
 */
export class SpeechLevelMeter extends LitElement {
  /** @internal */
  static override styles = [
    theme,
    css`
      :host {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 1rem;
      }
      canvas {
        width: 100%;
        height: 3.5rem;
        display: block;
        color: var(--_accent);
      }
      [part='light'] {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        min-width: 6.5rem;
        font-size: 0.9rem;
        color: var(--_ink-soft);
      }
      [part='light']::before {
        content: '';
        width: 0.7rem;
        height: 0.7rem;
        border-radius: 50%;
        background: var(--_line);
        transition: background-color 0.12s, box-shadow 0.12s;
      }
      [part='light'][data-state='speech'] {
        color: var(--_ink);
      }
      [part='light'][data-state='speech']::before {
        background: var(--_ok);
        box-shadow: 0 0 0 5px color-mix(in oklab, var(--_ok) 25%, transparent);
      }
    `,
  ]
  /** @internal */
  static override properties = { level: { attribute: false }, active: { type: Boolean, reflect: true } }
  /** The newest `level` event. */
  declare level: SpeechEventOf<'level'> | undefined
  /** Whether sound is being listened to; the bars fall flat when not. */
  declare active: boolean
  readonly #history = new LevelHistory(BARS)

  constructor() {
    super()
    this.active = false
  }

  override render() {
    const state = !this.active ? 'off' : this.level?.speaking ? 'speech' : 'silence'
    const word = { off: 'Not listening', silence: 'Silence', speech: 'Speech' }[state]
    return html`<canvas part="wave" aria-hidden="true"></canvas>
      <span part="light" data-state=${state}>${word}</span>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('active') && !this.active) this.#history.clear()
    if (changed.has('level') && this.level !== undefined && this.active) {
      this.#history.push(this.level.rms, this.level.speaking)
    }
    this.#draw()
  }

  #draw(): void {
    const canvas = this.renderRoot.querySelector('canvas')
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return
    const scale = globalThis.devicePixelRatio ?? 1
    const width = Math.round(canvas.clientWidth * scale)
    const height = Math.round(canvas.clientHeight * scale)
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
    // A canvas knows no custom properties: the colours are read where the style sheet has resolved them.
    const accent = getComputedStyle(canvas).color
    const quiet = getComputedStyle(this).color
    context.clearRect(0, 0, width, height)
    const step = width / BARS
    const bar = Math.max(1, step * 0.55)
    this.#history.forEach((index, loudness, speaking) => {
      const tall = Math.max(2 * scale, loudness * height)
      context.globalAlpha = speaking ? 1 : 0.3
      context.fillStyle = speaking ? accent : quiet
      context.beginPath()
      context.roundRect(index * step, (height - tall) / 2, bar, tall, bar / 2)
      context.fill()
    })
    context.globalAlpha = 1
  }
}

define('speech-level-meter', SpeechLevelMeter)
