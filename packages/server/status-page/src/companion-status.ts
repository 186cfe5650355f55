import type { SpeechSelectDetail, SpeechTranscript } from '@sensevoice-web/elements/speech-transcript'
import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { FiguresController } from './companion-figures.ts'
import { deviceView } from './device-view.ts'
import { DeviceWatch } from './device-watch.ts'
import { devicesTable } from './devices-table.ts'
import { openDevice, openedDevice } from './opened-device.ts'

/** Nearer to its end than this, in px, a list is taken to be read at its end. */
const AT_END = 40
const STATUS = { ok: 'ready', draining: 'going away', unavailable: 'not ready' } as const

/** The whole page: how the companion is, its devices, and the one that is opened. */
export class CompanionStatus extends LitElement {
  readonly #figures = new FiguresController(this, ({ devices }) =>
    this.#watch?.listed(devices.some(({ id }) => id === this.#watch?.device)),
  )
  #watch: DeviceWatch | undefined
  #selectedId: number | undefined
  #shown: readonly unknown[] = []
  readonly #follow = () => this.#open(openedDevice())

  /** Its style is the page's own. */
  protected override createRenderRoot(): HTMLElement {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('popstate', this.#follow)
    this.#follow()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('popstate', this.#follow)
    this.#open(undefined)
  }

  override render(): TemplateResult {
    const { figures, lost } = this.#figures
    return html`<div class="page">
      <header>
        <p class="brand">sensevoice<span>-web</span></p>
        ${figures?.signedIn ? signOut() : nothing}
      </header>
      <main>
        <div class="about">
          <h1>Companion status</h1>
          ${this.#server()}
        </div>
        ${lost ? this.#lost() : nothing}
        <section class="card" aria-labelledby="devices-title">
          <h2 id="devices-title" tabindex="-1">Devices</h2>
          ${this.#devices()}
        </section>
        ${
          this.#watch === undefined
            ? nothing
            : deviceView(this.#watch, this.#selectedId, {
                close: () => this.#close(),
                select: (event) => this.#select(event),
                dismiss: () => this.#dismiss(),
              })
        }
      </main>
    </div>`
  }

  override updated(): void {
    const list = this.querySelector<SpeechTranscript>('speech-transcript')
    const { results, partial } = this.#watch?.transcript ?? {}
    if (list === null || (this.#shown[0] === results && this.#shown[1] === partial)) return
    this.#shown = [results, partial]
    // Whoever has scrolled up to older words is left there.
    if (list.scrollHeight - list.scrollTop - list.clientHeight > AT_END) return
    void list.updateComplete.then(() => list.scrollTo({ top: list.scrollHeight }))
  }

  #server(): TemplateResult {
    const { figures, lost } = this.#figures
    if (figures === undefined) return html`<p class="lead">${lost ? nothing : 'Asking …'}</p>`
    const { status, model, version, backend, devices } = figures
    const count = devices.length === 1 ? '1 device' : `${devices.length} devices`
    const where = backend === 'triton' ? 'recognized by Triton' : 'recognized here'
    return html`<p class="lead">
      <span class="badge" data-status=${lost ? 'lost' : status}>${lost ? 'no answer' : STATUS[status]}</span> ${model} ${version}, ${where}; ${count}
      connected
    </p>`
  }

  #lost(): TemplateResult {
    const { answeredAt } = this.#figures
    const from =
      answeredAt === undefined ? nothing : html` What is shown is from ${answeredAt.toLocaleTimeString()}.`
    return html`<p class="lost" role="alert">
      <strong>The companion does not answer.</strong> It is asked again every two seconds.${from}
    </p>`
  }

  #devices(): TemplateResult {
    const { figures, lost } = this.#figures
    if (figures === undefined) {
      return html`<p class="empty">${lost ? 'Nothing is known yet.' : 'Asking the companion …'}</p>`
    }
    if (figures.devices.length === 0) {
      return html`<p class="empty">
        No device is connected. A device that connects to <code>/ws/DEVICE</code> appears here.
      </p>`
    }
    return devicesTable(figures.devices, this.#watch?.device, (device) => this.#choose(device))
  }

  #choose(device: string): void {
    if (device === this.#watch?.device) {
      this.#close()
      return
    }
    openDevice(device)
    this.#open(device)
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('#opened-title')?.focus())
  }

  #close(): void {
    const device = this.#watch?.device
    openDevice(undefined)
    this.#open(undefined)
    const buttons = [...this.querySelectorAll<HTMLElement>('button.device')]
    const back = buttons.find(({ dataset }) => dataset['device'] === device)
    ;(back ?? this.querySelector<HTMLElement>('#devices-title'))?.focus()
  }

  #open(device: string | undefined): void {
    if (device === this.#watch?.device) return
    this.#watch?.close()
    this.#selectedId = undefined
    this.#watch = device === undefined ? undefined : new DeviceWatch(device, () => this.requestUpdate())
    this.requestUpdate()
  }

  /** A second click lets the newest result be shown again. */
  #select({ detail: { segmentId } }: CustomEvent<SpeechSelectDetail>): void {
    this.#selectedId = segmentId === this.#selectedId ? undefined : segmentId
    this.requestUpdate()
  }

  #dismiss(): void {
    if (this.#watch !== undefined) this.#watch.transcript.error = undefined
    this.requestUpdate()
  }
}

function signOut(): TemplateResult {
  return html`<form method="post" action="/status/sign-out"><button class="quiet" type="submit">Sign out</button></form>`
}

customElements.define('companion-status', CompanionStatus)
