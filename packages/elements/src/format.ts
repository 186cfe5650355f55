/** `1:02.3`, or `1:00:02.3` from an hour on. */
export function formatTime(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100)
  const seconds = Math.floor(tenths / 10)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  const rest = `${two(seconds % 60)}.${tenths % 10}`
  return hours > 0 ? `${hours}:${two(minutes % 60)}:${rest}` : `${minutes}:${rest}`
}

/** A probability in whole per cent; what is not quite 0 or 1 is never shown as such. */
export function formatPercent(probability: number): string {
  if (probability > 0 && probability < 0.005) return '<1 %'
  if (probability < 1 && probability > 0.995) return '>99 %'
  return `${Math.round(probability * 100)} %`
}

/** Bytes in decimal megabytes or kilobytes, as browsers show downloads. */
export function formatBytes(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1e3)} kB`
}

/** Latency with a precision that fits its size. */
export function formatLatency(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms))
}
