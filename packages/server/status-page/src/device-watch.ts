import type { SerializedSpeechEvent } from '@sensevoice-web/engine'
import { DeviceTranscript } from './device-transcript.ts'

/** `gone`: the device has left; `lost`: the server does not answer, or not now. */
export type WatchState = 'opening' | 'open' | 'gone' | 'lost'

/** One opened device: what it says from then on. It is heard again when it comes back; the transcript goes on. */
export class DeviceWatch {
  readonly device: string
  readonly transcript = new DeviceTranscript()
  state: WatchState = 'opening'

  readonly #changed: () => void
  #source: EventSource | undefined

  /** @param changed there is something new to show */
  constructor(device: string, changed: () => void) {
    this.device = device
    this.#changed = changed
    this.#open()
  }

  /** The server has told which devices are connected: one that was lost is opened again when it is among them. */
  listed(connected: boolean): void {
    if (this.#source !== undefined) return
    if (connected) this.#open()
    else this.#set('gone')
  }

  close(): void {
    this.#source?.close()
    this.#source = undefined
  }

  #open(): void {
    const source = new EventSource(`/status/devices/${encodeURIComponent(this.device)}/events`)
    this.#source = source
    source.addEventListener('open', () => this.#set('open'))
    source.addEventListener('message', ({ data }) => {
      this.transcript.take(JSON.parse(data) as SerializedSpeechEvent)
      this.#changed()
    })
    source.addEventListener('gone', () => this.#lose('gone'))
    // The list says when it is worth trying again: a browser by itself would ask for a device that is not there.
    source.addEventListener('error', () => this.#lose('lost'))
  }

  #lose(state: 'gone' | 'lost'): void {
    this.close()
    this.transcript.partial = undefined
    this.#set(state)
  }

  #set(state: WatchState): void {
    this.state = state
    this.#changed()
  }
}
