/** Stable softmax; undefined when no sum can be made of the values. -Infinity is impossible, so 0. */
export function softmax(values: Float32Array): Float32Array | undefined {
  const maximum = values.reduce((highest, value) => Math.max(highest, value), -Infinity)
  const scores = values.map((value) => Math.exp(value - maximum))
  const total = scores.reduce((sum, score) => sum + score, 0)
  return total > 0 ? scores.map((score) => score / total) : undefined
}
