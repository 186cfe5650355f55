import type { SpeechError, SpeechEvent } from '@sensevoice-web/engine'
import { type DeviceLink, DeviceRecord, type DeviceStatus } from './device-record.ts'

/** Why a device is not watched any more. */
export type GoneReason = 'left' | 'going-away'

/** Somebody who looks at one device. */
export interface Watcher {
  /** The device is connected; again, when a newer connection of it takes the place of the old one. */
  opened(status: DeviceStatus): void
  event(event: SpeechEvent): void
  gone(reason: GoneReason): void
}

/** The devices that are connected now. Of what they say nothing is kept: it goes to those who watch at that moment, or nowhere. */
export class ConnectedDevices {
  readonly #records = new Map<string, DeviceRecord>()
  readonly #watchers = new Map<string, Set<Watcher>>()
  #reason: GoneReason = 'left'

  /** How many watch, over all devices. */
  get watchers(): number {
    return [...this.#watchers.values()].reduce((sum, { size }) => sum + size, 0)
  }

  connected(link: DeviceLink): void {
    const record = new DeviceRecord(link)
    this.#records.set(link.device, record)
    for (const watcher of this.#watchersOf(link.device)) watcher.opened(record.status())
  }

  /** The connection is closed; one whose device has a newer connection by now takes nothing with it. */
  closed(link: DeviceLink): void {
    if (this.#records.get(link.device)?.link === link) this.#forget(link.device)
  }

  /** Whoever leaves from now on leaves because the server goes away. */
  goingAway(): void {
    this.#reason = 'going-away'
  }

  /** Everybody is gone. */
  end(): void {
    for (const device of [...this.#records.keys()]) this.#forget(device)
  }

  sound(device: string, durationMs: number): void {
    this.#records.get(device)?.sound(durationMs)
  }

  event(device: string, event: SpeechEvent): void {
    this.#records.get(device)?.event(event)
    for (const watcher of this.#watchersOf(device)) watcher.event(event)
  }

  error(device: string, error: SpeechError): void {
    this.#records.get(device)?.error(error)
  }

  has(device: string): boolean {
    return this.#records.has(device)
  }

  /** In the order in which they connected. */
  statuses(): readonly DeviceStatus[] {
    return [...this.#records.values()].map((record) => record.status())
  }

  /**
   * Tells `watcher` of everything from now on.
   *
   * @returns ends it; undefined when no such device is connected
   */
  watch(device: string, watcher: Watcher): (() => void) | undefined {
    const record = this.#records.get(device)
    if (record === undefined) return undefined
    const watchers = this.#watchers.get(device) ?? new Set()
    this.#watchers.set(device, watchers.add(watcher))
    watcher.opened(record.status())
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0 && this.#watchers.get(device) === watchers) this.#watchers.delete(device)
    }
  }

  #forget(device: string): void {
    this.#records.delete(device)
    for (const watcher of this.#watchersOf(device)) watcher.gone(this.#reason)
    this.#watchers.delete(device)
  }

  /** A copy: one who is cut while being told leaves the set. */
  #watchersOf(device: string): readonly Watcher[] {
    return [...(this.#watchers.get(device) ?? [])]
  }
}
