import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { type Microphone, SpeechAnalyzer } from 'sensevoice-web'

/** The microphones to choose from; browsers name them only after one was allowed. */
export class Microphones implements ReactiveController {
  list: readonly Microphone[] = []
  chosen = ''
  readonly #host: ReactiveControllerHost

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    navigator.mediaDevices?.addEventListener('devicechange', this.refresh)
    void this.refresh()
  }

  hostDisconnected(): void {
    navigator.mediaDevices?.removeEventListener('devicechange', this.refresh)
  }

  /** Reads the list anew; a chosen microphone that is gone gives way to the default. */
  readonly refresh = async (): Promise<void> => {
    try {
      const found = await SpeechAnalyzer.microphones()
      this.list = found.filter(({ deviceId }) => deviceId !== '' && deviceId !== 'default')
    } catch {
      // A page that may not list devices still listens to the default one.
      this.list = []
    }
    if (!this.list.some(({ deviceId }) => deviceId === this.chosen)) this.chosen = ''
    this.#host.requestUpdate()
  }
}
