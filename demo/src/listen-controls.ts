import { LANGUAGE_NAMES, type SpeechAnalyzerController } from '@sensevoice-web/elements'
import { LANGUAGE_CHOICES } from '@sensevoice-web/engine'
import { html, type TemplateResult } from 'lit'
import type { Microphones } from './microphones.ts'
import type { Settings } from './settings-store.ts'

export interface ListenWishes {
  readonly start: () => void
  readonly stop: () => void
  readonly language: (language: Settings['language']) => void
}

/** What a visitor speaks with: start and stop, pause, the microphone and the language. */
export function listenControls(
  speech: SpeechAnalyzerController,
  microphones: Microphones,
  { language, canListen }: { readonly language: Settings['language']; readonly canListen: boolean },
  wishes: ListenWishes,
): TemplateResult {
  const { phase, state, listening } = speech
  const value = (event: Event) => (event.target as HTMLSelectElement).value
  return html`<div class="controls">
    <button
      class="main"
      data-testid="listen"
      ?disabled=${phase !== 'ready' || !canListen || ['starting', 'stopping', 'analyzing'].includes(state)}
      ?data-on=${listening}
      @click=${listening ? wishes.stop : wishes.start}
    >
      ${icon(listening)}
      ${phase === 'loading' ? 'Loading…' : listening ? 'Stop' : 'Start listening'}
    </button>
    <button
      class="quiet"
      data-testid="pause"
      ?disabled=${state !== 'listening' && state !== 'paused'}
      @click=${() => (state === 'paused' ? speech.resume() : speech.pause())}
    >
      ${state === 'paused' ? 'Resume' : 'Pause'}
    </button>
    <div class="choices"><label class="choice">
      <span>Microphone</span>
      <select
        data-testid="microphone"
        ?disabled=${listening || !canListen}
        @change=${(event: Event) => {
          microphones.chosen = value(event)
        }}
      >
        <option value="">System default</option>
        ${microphones.list.map(
          ({ deviceId, label }, index) =>
            html`<option value=${deviceId} ?selected=${deviceId === microphones.chosen}>
              ${label || `Microphone ${index + 1}`}
            </option>`,
        )}
      </select>
    </label>
    <label class="choice">
      <span>Language</span>
      <select data-testid="language" @change=${(event: Event) => wishes.language(value(event) as Settings['language'])}>
        ${LANGUAGE_CHOICES.map(
          (choice) =>
            html`<option value=${choice} ?selected=${language === choice}>
              ${choice === 'auto' ? 'Automatic' : LANGUAGE_NAMES[choice]}
            </option>`,
        )}
      </select>
    </label></div>
  </div>`
}

/** A microphone to start with, a square to stop with; the button's words say the same. */
function icon(listening: boolean): TemplateResult {
  const path = listening
    ? 'M5 5h14v14H5z'
    : 'M12 15a4 4 0 0 0 4-4V6a4 4 0 0 0-8 0v5a4 4 0 0 0 4 4Zm7-4h-2a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.9V21h2v-3.1a7 7 0 0 0 6-6.9Z'
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`
}
