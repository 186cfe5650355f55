import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** The sound of the newest file, for the page's audio element, and where it is being played. */
export class Playback implements ReactiveController {
  url: string | undefined
  /** Position in ms while it plays or was moved; undefined before. */
  positionMs: number | undefined
  readonly #host: ReactiveControllerHost

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostDisconnected(): void {
    this.clear()
  }

  open(file: Blob): void {
    this.clear()
    this.url = URL.createObjectURL(file)
    this.#host.requestUpdate()
  }

  clear(): void {
    if (this.url !== undefined) URL.revokeObjectURL(this.url)
    this.url = undefined
    this.positionMs = undefined
    this.#host.requestUpdate()
  }

  /** For the audio element's `timeupdate`. */
  readonly follow = (event: Event): void => {
    this.positionMs = (event.target as HTMLAudioElement).currentTime * 1000
    this.#host.requestUpdate()
  }
}
