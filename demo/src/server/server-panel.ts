import type { SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'
import { type PlaceLatencies, placeLatencies } from './place-latency.ts'
import type { ServerSwitch } from './server-switch.ts'

/** Where sound is analyzed: the switch between this page and a server, and how long each takes. */
export function serverPanel(server: ServerSwitch, speech: SpeechAnalyzerController): TemplateResult {
  const { choice } = server
  const loading = speech.phase === 'loading'
  const away =
    choice !== undefined && speech.analyzer !== undefined && speech.analyzer.runtime.provider !== 'remote'
  return html`<details class="server card" data-testid="server">
    <summary>Analyzed ${choice === undefined ? 'in this page' : away ? `in this page, ${choice.host} is away` : `by ${choice.host}`}</summary>
    ${
      choice === undefined
        ? html`<p>
            A companion server of your own (<code>npx sensevoice serve</code>) can do it instead, with a bigger model or a GPU. Sound then leaves this page
            and goes there.
          </p>`
        : html`<p role="status" data-testid="server-state">
              ${away ? speech.analyzer?.runtime.reason : `Sound goes to ${choice.host} and is analyzed there.`}
            </p>
            <p><button class="quiet" data-testid="leave-server" ?disabled=${loading} @click=${() => server.leave()}>Analyze in this page</button></p>`
    }
    <form @submit=${(event: SubmitEvent) => submit(event, server)}>
      <label>Address <input name="url" data-testid="server-address" required .value=${server.address} placeholder="wss://example.org/ws/my-page" /></label>
      <label>Token, if it asks for one <input name="token" data-testid="server-token" type="password" autocomplete="off" /></label>
      <button class="quiet" ?disabled=${loading}>Use this server</button>
    </form>
    ${latencies(placeLatencies(speech.results))}
  </details>`
}

function submit(event: SubmitEvent, server: ServerSwitch): void {
  event.preventDefault()
  const form = new FormData(event.target as HTMLFormElement)
  server.use(String(form.get('url')).trim(), String(form.get('token')))
}

function latencies({ page, server }: PlaceLatencies): TemplateResult | typeof nothing {
  if (page === undefined && server === undefined) return nothing
  const ms = (value: number) => `${Math.round(value)} ms`
  return html`<div>
    <h3>From the end of speech to the result, median</h3>
    <dl data-testid="place-latencies">
      <dt>In this page</dt>
      <dd>${page === undefined ? 'nothing spoken yet' : `${ms(page.medianMs)} over ${page.results}`}</dd>
      <dt>By the server</dt>
      <dd>
        ${server === undefined ? 'nothing spoken yet' : `${ms(server.medianMs)} over ${server.results}, of which the network ${ms(server.networkMs)}`}
      </dd>
    </dl>
  </div>`
}
