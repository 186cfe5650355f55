import type { SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'

/**
 * What a visitor must know beside the buttons: what went wrong, how far loading is, how loud it is.
 *
 * @param again does once more what was asked for last; undefined before anything was
 */
export function statusLines(
  speech: SpeechAnalyzerController,
  again: (() => unknown) | undefined,
): TemplateResult {
  const { phase, error, progress, level, state, listening, droppedSamples } = speech
  const retry = phase === 'failed' ? () => speech.load() : error?.retryable && !listening ? again : undefined
  return html`<div class="status">
    <speech-error-message .error=${error} ?data-shown=${error !== undefined} @speech-dismiss=${() => speech.dismissError()}>
      ${retry === undefined ? nothing : html`<button class="quiet" @click=${retry}>Try again</button>`}
    </speech-error-message>
    ${
      phase === 'loading'
        ? html`<speech-load-progress .progress=${progress}></speech-load-progress>`
        : html`<speech-level-meter .level=${level} ?active=${state === 'listening'}></speech-level-meter>`
    }
    ${
      droppedSamples > 0
        ? html`<p class="lost" role="status">${(droppedSamples / 16_000).toFixed(2)} s of sound were lost: this machine could not keep up.</p>`
        : nothing
    }
  </div>`
}
