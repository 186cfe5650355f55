import type { TurnEvent } from '@sensevoice-web/pipeline'

/** Takes what one client is to be told of its answers, in order; sound comes no faster than it is played. */
export interface ReplySink {
  /** `cancelled` comes at any moment: nothing of that turn may be sent behind it. */
  tell(event: TurnEvent): void
  /** No sound of the turn follows; what was sent is still being played. */
  soundEnd(): void
  /** The conversation is over. */
  free(): void
}
