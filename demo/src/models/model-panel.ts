import type { SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'
import type { StoredModelInfo } from 'sensevoice-web'
import { megabytes } from './megabytes.ts'
import { BUILT_IN } from './model-choice.ts'
import { offered, questionDetails } from './model-question.ts'
import type { ModelShelf } from './model-shelf.ts'

export interface ModelWishes {
  /** Files of a model that the visitor has chosen. */
  readonly files: (files: readonly File[]) => void
}

/** The choice of a model. What is not here yet shows its size, licence and host first, and is fetched by a click alone. */
export function modelPanel(
  shelf: ModelShelf,
  { phase, analyzer }: SpeechAnalyzerController,
  wishes: ModelWishes,
): TemplateResult {
  const { choice, offers, stored, question, asked, usage } = shelf
  const loading = phase === 'loading'
  const looked = question?.why === 'looked'
  return html`<details id="models" class="models card" data-testid="models" ?open=${asked}>
    <summary>Model: ${analyzer?.model.name ?? (loading ? 'being loaded' : 'none')}</summary>
    ${
      loading && choice.type !== 'built-in'
        ? html`<p><button class="quiet" data-testid="cancel-model" @click=${() => shelf.choose(BUILT_IN)}>Stop, and use the built-in model</button></p>`
        : nothing
    }
    ${question === undefined || looked ? nothing : questionDetails(question, shelf, loading)}
    <ul>
      <li>
        <div>
          <strong>Built-in</strong>
          <p>A small vocabulary, a part of this page: for trying.</p>
        </div>
        ${use(choice.type === 'built-in', loading, 'the built-in model', () => shelf.choose(BUILT_IN))}
      </li>
      ${offers.map((offer) => offered(offer, shelf, loading))} ${stored.map((model) => kept(model, shelf, loading))}
      ${choice.type === 'files' ? html`<li><div><strong>${choice.name}</strong><p>Your own file, until this page is closed.</p></div>${use(true, loading, '', () => {})}</li>` : nothing}
    </ul>
    <p>
      <label class="pick"
        ><input
          type="file"
          multiple
          accept=".onnx,.txt,.json,.mvn"
          data-testid="model-files"
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement
            const files = [...(input.files ?? [])]
            input.value = ''
            wishes.files(files)
          }}
        /><span>Open files of your own</span></label
      >: an .onnx file of SenseVoiceSmall and its tokens.txt together, or drop both on this page. They are read where they are.
    </p>
    <form @submit=${(event: SubmitEvent) => inspect(event, shelf)}>
      <label>Address of a manifest <input name="model" required placeholder="/models/sensevoice/manifest.json" /></label>
      <button class="quiet">Look</button>
    </form>
    ${looked ? questionDetails(question, shelf, loading) : nothing}
    ${
      usage === undefined || usage.modelBytes === 0
        ? nothing
        : html`<p class="usage">Models take ${megabytes(usage.modelBytes)}${usage.quotaBytes === undefined ? '' : ` of ${megabytes(usage.quotaBytes)} that this browser allows`}.</p>`
    }
  </details>`
}

function kept(model: StoredModelInfo, shelf: ModelShelf, loading: boolean): TemplateResult {
  const { name, version, license, state, bytes, totalBytes, source } = model
  const chosen = shelf.choice.type === 'stored' && shelf.choice.source === source
  const choose = (by: 'use' | 'download') => shelf.choose({ type: 'stored', source, by })
  const held =
    state === 'complete'
      ? `${megabytes(bytes)} in this browser.`
      : `${megabytes(bytes)}${totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`} have come so far.`
  return html`<li data-stored=${source}>
    <div>
      <strong>${name}</strong> ${version}
      <p>${held} Licence: ${license.name}.</p>
    </div>
    ${
      state === 'complete'
        ? use(chosen, loading, name, () => choose('use'))
        : html`<button class="quiet" ?disabled=${loading} @click=${() => choose('download')}>Go on<span class="hidden"> downloading ${name}</span></button>`
    }
    <button class="quiet" ?disabled=${loading && chosen} @click=${() => shelf.remove(model)}>
      Remove<span class="hidden"> ${name}</span>
    </button>
  </li>`
}

function use(chosen: boolean, loading: boolean, name: string, choose: () => void): TemplateResult {
  if (chosen) return html`<span class="chosen">${loading ? 'being loaded' : 'in use'}</span>`
  return html`<button class="quiet" ?disabled=${loading} @click=${choose}>Use<span class="hidden"> ${name}</span></button>`
}

/** Not the browser's own submit: the page's CSP lets no form send anything anywhere. */
function inspect(event: SubmitEvent, shelf: ModelShelf): void {
  event.preventDefault()
  void shelf.inspect(String(new FormData(event.target as HTMLFormElement).get('model')))
}
