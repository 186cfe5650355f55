/** What a pool of endpoints does, each with its reason. Endpoints are named by their address. */
export type PoolEvent =
  | { readonly type: 'up'; readonly endpoint: string }
  | { readonly type: 'down'; readonly endpoint: string; readonly reason: string }
  /** It runs, but serves another model than the local vocabulary and front end belong to. */
  | { readonly type: 'mismatch'; readonly endpoint: string; readonly reason: string }
  /** `open`: no request goes there until a probe has been answered; the probe is sent when it is `half-open`. */
  | {
      readonly type: 'circuit'
      readonly endpoint: string
      readonly state: 'open' | 'half-open' | 'closed'
      readonly reason: string
    }
  /** A request goes to another endpoint, or once more to the same one after its connection broke. */
  | { readonly type: 'retry'; readonly from: string; readonly to: string; readonly reason: string }

export interface EndpointCounters {
  readonly endpoint: string
  /** Whether requests go there: it is up, and its circuit closed. */
  readonly available: boolean
  readonly health: 'unknown' | 'up' | 'down' | 'mismatch'
  readonly circuit: 'open' | 'half-open' | 'closed'
  /** Why it is not up; empty when it is. */
  readonly reason: string
  /** Requests under way. */
  readonly outstanding: number
  readonly answered: number
  /** Tries that failed, those of overload among them. */
  readonly failed: number
  readonly overloaded: number
  readonly circuitOpened: number
}

/** Counts since the start, for metrics. */
export interface PoolCounters {
  readonly requests: number
  readonly answered: number
  /** Requests that no endpoint answered. */
  readonly failed: number
  readonly retries: number
  readonly endpoints: readonly EndpointCounters[]
}
