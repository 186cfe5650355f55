import type { LoadProgress } from '@sensevoice-web/engine'
import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { define } from './define.ts'
import { formatBytes } from './format.ts'
import { theme } from './theme.ts'

const STAGE_NAMES: Readonly<Record<LoadProgress['stage'], string>> = {
  vad: 'Loading voice detection',
  runtime: 'Loading the runtime',
  model: 'Loading the model',
  verifying: 'Checking the stored part of the model',
  'self-test': 'Trying out the graphics processor',
  'warm-up': 'Warming up',
  ready: 'Ready',
}

/**
 * What is being loaded and how far it is. Shows nothing before the first progress and once everything is ready.
 *
 * @csspart label - the words
 * @csspart progress - the native progress bar
 */
export class SpeechLoadProgress extends LitElement {
  /** @internal */
  static override styles = [
    theme,
    css`
      p {
        margin: 0 0 0.4rem;
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        font-size: 0.9rem;
        color: var(--_ink-soft);
      }
      progress {
        width: 100%;
        height: 0.45rem;
        accent-color: var(--_accent);
      }
    `,
  ]
  /** @internal */
  static override properties = { progress: { attribute: false } }
  /** The newest progress. */
  declare progress: LoadProgress | undefined

  override render(): TemplateResult | typeof nothing {
    if (this.progress === undefined || this.progress.stage === 'ready') return nothing
    const { stage, loadedBytes, totalBytes } = this.progress
    const size =
      stage === 'warm-up'
        ? ''
        : totalBytes === undefined
          ? formatBytes(loadedBytes)
          : `${formatBytes(loadedBytes)} of ${formatBytes(totalBytes)}`
    const bar =
      totalBytes === undefined || stage === 'warm-up'
        ? html`<progress part="progress" aria-label=${STAGE_NAMES[stage]}></progress>`
        : html`<progress part="progress" aria-label=${STAGE_NAMES[stage]} max=${totalBytes} .value=${Math.min(loadedBytes, totalBytes)}></progress>`
    return html`<p part="label"><span>${STAGE_NAMES[stage]}</span><span>${size}</span></p>
      ${bar}`
  }
}

define('speech-load-progress', SpeechLoadProgress)
