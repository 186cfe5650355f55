import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { html, nothing, type TemplateResult } from 'lit'
import { type Capabilities, SpeechAnalyzer } from 'sensevoice-web'

/** Asked of every browser before anybody clicks: what cannot work here, and what to do about it. */
export class BrowserCheck implements ReactiveController {
  capabilities: Capabilities | undefined
  readonly #host: ReactiveControllerHost

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    void SpeechAnalyzer.capabilities().then((capabilities) => {
      this.capabilities = capabilities
      this.#host.requestUpdate()
    })
  }

  /** Where not, the notice says everything: what loading has to tell would only say it again. */
  get canAnalyze(): boolean {
    return this.capabilities?.canAnalyze ?? true
  }

  get canListen(): boolean {
    return this.capabilities?.canListen ?? true
  }

  /** The first thing that is missing, in words; nothing where everything is there. */
  notice(): TemplateResult | typeof nothing {
    const found = this.capabilities
    if (found === undefined || found.canListen) return nothing
    const needed = found.canAnalyze
      ? (['microphone', 'audioWorklet'] as const)
      : (['secureContext', 'moduleWorkers', 'webAssemblySimd', 'subtleCrypto'] as const)
    const missing = needed.map((name) => found[name]).filter(({ supported }) => !supported)
    return html`<section class="missing" role="status" data-testid="missing">
      <strong>${found.canAnalyze ? 'This browser cannot listen here, but it can analyze files.' : 'This browser cannot analyze speech here.'}</strong>
      ${missing.map(({ reason }) => html`<p>${reason}</p>`)}
      ${found.canAnalyze ? html`<p>Open this page in a current browser, over https or from localhost. Until then, give it a sound file.</p>` : nothing}
    </section>`
  }
}
