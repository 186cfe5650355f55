import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { html, nothing, type TemplateResult } from 'lit'

/**
 * The page without a network: registers the service worker once everything is ready, so that it does not compete for the first load, and says
 * when a newer version waits. `?sw=off` takes it away again.
 */
export class OfflinePage implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #waiting: ServiceWorker | undefined
  #registered: Promise<void> | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {}

  /** Does nothing where there are no service workers, nor in development. */
  register(): Promise<void> {
    this.#registered ??= this.#register().catch(() => {})
    return this.#registered
  }

  notice(): TemplateResult | typeof nothing {
    if (this.#waiting === undefined) return nothing
    return html`<p class="update" role="status" data-testid="update">
      A new version of this page is there. <button class="quiet" @click=${this.#update}>Reload</button>
    </p>`
  }

  async #register(): Promise<void> {
    const { serviceWorker } = navigator
    if (!import.meta.env.PROD || serviceWorker === undefined) return
    if (new URLSearchParams(location.search).get('sw') === 'off') return await unregister(serviceWorker)
    const registration = await serviceWorker.register('./service-worker.js')
    this.#watch(registration)
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#watch(registration))
    })
  }

  /** A worker that waits is an update only where another one serves the page now. */
  #watch({ waiting }: ServiceWorkerRegistration): void {
    if (waiting === null || navigator.serviceWorker.controller === null) return
    this.#waiting = waiting
    this.#host.requestUpdate()
  }

  readonly #update = (): void => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
    this.#waiting?.postMessage('take-over')
  }
}

async function unregister(serviceWorker: ServiceWorkerContainer): Promise<void> {
  for (const registration of await serviceWorker.getRegistrations()) await registration.unregister()
  for (const name of await caches.keys()) if (name.startsWith('sensevoice-demo ')) await caches.delete(name)
}
