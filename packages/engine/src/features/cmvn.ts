/**
 * Mean and variance normalization in place: `(x + negMean[i]) * invStddev[i]` over every row.
 *
 * @param rows `[rows, negMean.length]` row by row
 * @param negMean negated mean of each value
 * @param invStddev reciprocal standard deviation of each value, same length
 */
export function applyCmvn(rows: Float32Array, negMean: Float32Array, invStddev: Float32Array): void {
  const dimension = negMean.length
  for (let start = 0; start < rows.length; start += dimension) {
    for (let index = 0; index < dimension; index += 1) {
      const value = (rows[start + index] as number) + (negMean[index] as number)
      rows[start + index] = value * (invStddev[index] as number)
    }
  }
}
