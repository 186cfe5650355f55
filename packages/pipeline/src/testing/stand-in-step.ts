/** What the stand-in does next within one request. */
export type StandInStep =
  /** A piece of the reply. For chat only. */
  | { readonly say: string }
  /** Sound, 24 kHz. For speech only. */
  | { readonly sound: Int16Array }
  /** Bytes as they are, in both. */
  | { readonly raw: string | Uint8Array }
  | { readonly waitMs: number }
  /** Nothing comes any more, and the connection stays open. */
  | { readonly stall: true }
  /** The connection breaks. */
  | { readonly cut: true }
  /** The body ends properly although the reply is not finished. */
  | { readonly stop: true }
  /** Instead of an answer; first step only. */
  | { readonly status: number; readonly body?: unknown; readonly type?: string }

/** A sound of `ms` at 24 kHz: a tone of 220 Hz of the given amplitude in [0, 1]. */
export function tone(ms: number, amplitude = 0.3): Int16Array {
  return Int16Array.from({ length: Math.round(ms * 24) }, (_, at) =>
    Math.round(Math.sin((2 * Math.PI * 220 * at) / 24_000) * amplitude * 32_767),
  )
}
