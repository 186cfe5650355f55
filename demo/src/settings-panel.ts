import { html, type TemplateResult } from 'lit'
import type { Settings } from './settings-store.ts'

/** The settings as a form; `change` gets what was changed, while it is changed. */
export function settingsPanel(settings: Settings, change: (part: Partial<Settings>) => void): TemplateResult {
  const value = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value
  return html`<details class="settings card">
    <summary>Settings</summary>
    <div class="fields">
      <label class="check">
        <input
          type="checkbox"
          data-testid="itn"
          .checked=${settings.withItn}
          @change=${(event: Event) => change({ withItn: (event.target as HTMLInputElement).checked })}
        />
        Digits and punctuation (“23.” instead of “twenty three”)
      </label>
      <label>
        Speech threshold <output>${settings.speechThreshold.toFixed(2)}</output>
        <input
          type="range"
          data-testid="speech-threshold"
          min="0.2"
          max="0.9"
          step="0.05"
          .value=${String(settings.speechThreshold)}
          @input=${(event: Event) => change({ speechThreshold: Number(value(event)) })}
        />
      </label>
      <label>
        Silence that ends a sentence <output>${settings.hangOverMs} ms</output>
        <input
          type="range"
          data-testid="hang-over"
          min="256"
          max="1600"
          step="32"
          .value=${String(settings.hangOverMs)}
          @input=${(event: Event) => change({ hangOverMs: Number(value(event)) })}
        />
      </label>
      <label>
        Appearance
        <select data-testid="theme" @change=${(event: Event) => change({ theme: value(event) as Settings['theme'] })}>
          ${(['auto', 'light', 'dark'] as const).map(
            (theme) =>
              html`<option value=${theme} ?selected=${settings.theme === theme}>
                ${{ auto: 'As the system', light: 'Light', dark: 'Dark' }[theme]}
              </option>`,
          )}
        </select>
      </label>
    </div>
  </details>`
}
