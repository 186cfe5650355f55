import type { SpeechEvent, SpeechEventOf } from '@sensevoice-web/engine'
import type { HeardReply } from '@sensevoice-web/protocol'

/** DOM events of an analyzer by name: `event.detail` is the `SpeechEvent` of that type. */
export type SpeechEventMap = { [Type in SpeechEvent['type']]: CustomEvent<SpeechEventOf<Type>> } & {
  /** Of a server that answers, see `RemoteOptions.reply`. Not among the events of `listen`. */
  reply: CustomEvent<HeardReply>
}

/** A listener for one type of event, as a function or as an object. */
export type SpeechEventListener<Type extends keyof SpeechEventMap> =
  | ((event: SpeechEventMap[Type]) => void)
  | { handleEvent(event: SpeechEventMap[Type]): void }

/** An `EventTarget` whose listeners know the type of `event.detail`. */
export interface SpeechEventTarget extends EventTarget {
  addEventListener<Type extends keyof SpeechEventMap>(
    type: Type,
    listener: SpeechEventListener<Type> | null,
    options?: AddEventListenerOptions | boolean,
  ): void
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void
  removeEventListener<Type extends keyof SpeechEventMap>(
    type: Type,
    listener: SpeechEventListener<Type> | null,
    options?: EventListenerOptions | boolean,
  ): void
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void
}

/** The platform's own class; only its types are narrower. */
export const SpeechEventTarget: { new (): SpeechEventTarget; readonly prototype: SpeechEventTarget } =
  EventTarget

/** Dispatches `event` under its own type. */
export function dispatchSpeechEvent(target: EventTarget, event: SpeechEvent): void {
  target.dispatchEvent(new CustomEvent(event.type, { detail: event }))
}

/** Dispatches an answer of the server. */
export function dispatchReply(target: EventTarget, reply: HeardReply): void {
  target.dispatchEvent(new CustomEvent('reply', { detail: reply }))
}
