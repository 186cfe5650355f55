import type { SpeechEvent, SpeechEventOf } from '@sensevoice-web/engine'

/** DOM events of an analyzer by name: `event.detail` is the `SpeechEvent` of that type. */
export type SpeechEventMap = { [Type in SpeechEvent['type']]: CustomEvent<SpeechEventOf<Type>> }

/** A listener for one type of event, as a function or as an object. */
export type SpeechEventListener<Type extends SpeechEvent['type']> =
  | ((event: SpeechEventMap[Type]) => void)
  | { handleEvent(event: SpeechEventMap[Type]): void }

/** An `EventTarget` whose listeners know the type of `event.detail`. */
export interface SpeechEventTarget extends EventTarget {
  addEventListener<Type extends SpeechEvent['type']>(
    type: Type,
    listener: SpeechEventListener<Type> | null,
    options?: AddEventListenerOptions | boolean,
  ): void
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void
  removeEventListener<Type extends SpeechEvent['type']>(
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
