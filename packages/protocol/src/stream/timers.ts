/** What every realm has and no library of types but a realm's own tells of. */
interface Timers {
  setTimeout(work: () => void, ms: number): Timer
  clearTimeout(timer: Timer): void
}

/** A number in pages, an object in Node. */
export type Timer = number | object

export const { setTimeout, clearTimeout } = globalThis as unknown as Timers
