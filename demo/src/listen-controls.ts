import { LANGUAGE_NAMES, type SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, type TemplateResult } from 'lit'
import type { Microphones } from './microphones.ts'
import { LANGUAGE_CHOICES, type Settings } from './settings-store.ts'

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
      @click=${listening ? wishes.stop : wishes.start}
    >
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
    <label class="choice">
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
              ${choice === 'auto' ? 'Let the model decide' : LANGUAGE_NAMES[choice]}
            </option>`,
        )}
      </select>
    </label>
  </div>`
}
