import { toSpeechError } from '@sensevoice-web/engine'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { ModelStore, type StoredModelInfo, type StoreUsage } from 'sensevoice-web'
import { modelAddress } from '../model-address.ts'
import { BUILT_IN, type Choice, firstChoice, remember } from './model-choice.ts'
import { type Offer, readOffer } from './offer.ts'

export interface ShelfWishes {
  /** Loads what was chosen. */
  load(): unknown
  report(error: unknown): void
}

/** The models a visitor can choose from: what the store holds, what could be downloaded, which one is chosen. */
export class ModelShelf implements ReactiveController {
  choice: Choice = BUILT_IN
  stored: readonly StoredModelInfo[] = []
  usage: StoreUsage | undefined
  /** A model by its address, looked at but not downloaded. */
  inspected: Offer | undefined
  readonly #host: ReactiveControllerHost
  readonly #wishes: ShelfWishes

  constructor(host: ReactiveControllerHost, wishes: ShelfWishes) {
    this.#host = host
    this.#wishes = wishes
    host.addController(this)
  }

  hostConnected(): void {
    void this.refresh()
  }

  /** What can be had by name and is not here yet. */
  get offers(): readonly Offer[] {
    const known = ModelStore.known().map(({ id, ...about }) => ({ ...about, source: id }))
    return known.filter(({ source }) => this.stored.every((model) => model.source !== source))
  }

  /** Decides what to begin with; an address that is none leaves the built-in model and the error. */
  async begin(): Promise<void> {
    try {
      this.choice = await firstChoice()
    } catch (error) {
      this.#wishes.report(toSpeechError(error, 'invalid-argument'))
      return
    }
    this.#wishes.load()
  }

  choose(choice: Choice): void {
    this.choice = choice
    this.inspected = undefined
    remember(choice)
    this.#wishes.load()
    this.#host.requestUpdate()
  }

  /** Looks at a manifest without downloading its model. */
  async inspect(wish: string): Promise<void> {
    this.inspected = undefined
    await this.#attempt(async () => {
      this.inspected = await readOffer(modelAddress(wish))
    })
  }

  async remove(model: StoredModelInfo): Promise<void> {
    if (this.choice.type === 'stored' && this.choice.source === model.source) this.choose(BUILT_IN)
    await this.#attempt(() => ModelStore.remove(model.key))
    await this.refresh()
  }

  /** After every load: a download may have come, whole or in part. */
  async refresh(): Promise<void> {
    try {
      ;[this.stored, this.usage] = await Promise.all([ModelStore.list(), ModelStore.usage()])
    } catch {
      // Where nothing can be stored there is nothing to show.
      this.stored = []
    }
    this.#host.requestUpdate()
  }

  async #attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action()
    } catch (error) {
      this.#wishes.report(error)
    }
    this.#host.requestUpdate()
  }
}
