import { toSpeechError } from '@sensevoice-web/engine'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { ModelStore, type StoredModelInfo, type StoreUsage } from 'sensevoice-web'
import { modelAddress } from '../model-address.ts'
import { BUILT_IN, type Choice, firstChoice, remember } from './model-choice.ts'
import { type Offer, readOffer } from './offer.ts'
import { type DownloadQuestion, unagreedDownload } from './unagreed-download.ts'

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
  /** A model that is downloaded only if the visitor says so. */
  question: DownloadQuestion | undefined
  /** Whether the page asked a question by itself: then it is shown without looking for it. */
  asked = false
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
    return knownOffers().filter(({ source }) => this.stored.every((model) => model.source !== source))
  }

  /** Begins with the model of the address or of the last visit; an address that is none leaves the built-in model and the error. */
  begin(): void {
    try {
      this.choice = firstChoice()
      this.#wishes.load()
    } catch (error) {
      this.choice = BUILT_IN
      this.#wishes.load()
      this.#wishes.report(toSpeechError(error, 'invalid-argument'))
    }
  }

  choose(choice: Choice): void {
    this.choice = choice
    this.question = undefined
    remember(choice)
    this.#wishes.load()
    this.#host.requestUpdate()
  }

  /**
   * The model to be loaded, asked before every load: the chosen one, unless that would begin a download that nobody clicked for. Then it is the
   * built-in one, and the download is offered.
   *
   * @throws the signal's reason, when another load took the place of this one
   */
  async agreed(signal: AbortSignal): Promise<Choice> {
    const { choice } = this
    if (choice.type !== 'stored' || choice.by === 'download') return choice
    const { source, by } = choice
    const stored = await ModelStore.list().catch(() => [])
    signal.throwIfAborted()
    const whole = stored.some((model) => model.source === source && model.state === 'complete')
    // It was removed since the last visit: nobody asks for it any more.
    if (by === 'memory' && !whole) return this.#builtIn()
    try {
      const question = await unagreedDownload(source, stored, offerFrom)
      signal.throwIfAborted()
      return question === undefined ? choice : this.#builtIn(question)
    } catch (error) {
      signal.throwIfAborted()
      this.#wishes.report(toSpeechError(error, 'model-not-found'))
      return this.#builtIn()
    }
  }

  /** A download that was agreed to is here: the next version is another question. */
  async loaded(choice: Choice): Promise<void> {
    if (this.choice === choice && choice.type === 'stored') this.choice = { ...choice, by: 'use' }
    await this.refresh()
  }

  /** Looks at a model without downloading it. */
  async inspect(wish: string): Promise<void> {
    this.question = undefined
    await this.#attempt(async () => {
      this.question = { offer: await readOffer(modelAddress(wish)), why: 'looked' }
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

  #builtIn(question?: DownloadQuestion): Choice {
    this.choice = BUILT_IN
    this.question = question
    this.asked ||= question !== undefined
    this.#host.requestUpdate()
    return BUILT_IN
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

function knownOffers(): readonly Offer[] {
  return ModelStore.known().map(({ id, ...about }) => ({ ...about, source: id }))
}

async function offerFrom(source: string): Promise<Offer> {
  return knownOffers().find((known) => known.source === source) ?? (await readOffer(modelAddress(source)))
}
