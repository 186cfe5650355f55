/**
 * Kaldi's hamming window: symmetric (both ends 0.08), not the periodic one of spectral analysis.
 *
 * @param length samples, 2 or more
 * @returns `[length]`, float64
 */
export function hammingWindow(length: number): Float64Array {
  const step = (2 * Math.PI) / (length - 1)
  return Float64Array.from({ length }, (_, index) => 0.54 - 0.46 * Math.cos(step * index))
}
