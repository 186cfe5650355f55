/** How long the companion waits for peers that say nothing. No setting: only tests wait less. */
export interface Patience {
  /** From one ping to the next; a client that answers none of two is gone. */
  readonly pingMs: number
  /** For the handshake of TLS, and then for the head of a request, which may take half as long again. */
  readonly headMs: number
}

export const PATIENCE: Patience = { pingMs: 15_000, headMs: 10_000 }
