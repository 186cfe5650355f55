import { html, nothing, type TemplateResult } from 'lit'
import { megabytes } from './megabytes.ts'
import type { ModelShelf } from './model-shelf.ts'
import type { Offer } from './offer.ts'
import type { DownloadQuestion } from './unagreed-download.ts'

const WHY: Readonly<Record<Exclude<DownloadQuestion['why'], 'looked'>, string>> = {
  absent: 'This model was asked for and is not in this browser. It is downloaded only by your click.',
  newer:
    'The model that was asked for has another version than the one in this browser. It is downloaded only by your click, and takes its place.',
}

/** Beside the buttons: that another model than the one asked for is in use, and where to go on. */
export function questionNotice({ question }: ModelShelf): TemplateResult | typeof nothing {
  if (question === undefined || question.why === 'looked') return nothing
  const { name, bytes } = question.offer
  const size = bytes === undefined ? '' : ` (${megabytes(bytes)})`
  const state = question.why === 'newer' ? 'has another version' : 'is not in this browser'
  return html`<p class="update" role="status" data-testid="question">
    <span>${name}${size} ${state}: the built-in model is in use.</span>
    <a href="#models">Licence and download</a>
  </p>`
}

/** In the panel: what would be downloaded, in full. */
export function questionDetails(
  { offer, why }: DownloadQuestion,
  shelf: ModelShelf,
  loading: boolean,
): TemplateResult {
  return html`${why === 'looked' ? nothing : html`<p>${WHY[why]}</p>`}
    <ul aria-label="At that address">
      ${offered(offer, shelf, loading)}
    </ul>`
}

/** Size, hosts, licence and attribution, and the button that downloads. */
export function offered(offer: Offer, shelf: ModelShelf, loading: boolean): TemplateResult {
  const { name, version, description, license, bytes, hosts, source } = offer
  const size = bytes === undefined ? 'Size not stated' : megabytes(bytes)
  return html`<li data-offer=${source}>
    <div>
      <strong>${name}</strong> ${version}
      <p>${description}</p>
      <p>
        ${size} from ${hosts.join(' or ')}. Licence:
        ${isWeb(license.url) ? html`<a href=${license.url} rel="noreferrer" target="_blank">${license.name}</a>` : license.name}.
        ${license.attribution ?? ''}
      </p>
    </div>
    <button class="quiet" ?disabled=${loading} @click=${() => shelf.choose({ type: 'stored', source, by: 'download' })}>
      Download${bytes === undefined ? '' : ` ${megabytes(bytes)}`}<span class="hidden"> of ${name}</span>
    </button>
  </li>`
}

/** A manifest is anybody's: no `javascript:` becomes a link of this page. */
function isWeb(url: string | undefined): url is string {
  return url !== undefined && /^https?:\/\//i.test(url)
}
