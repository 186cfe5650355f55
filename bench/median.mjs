/** Middle value; of an even number of values the upper of the two. */
export function median(values) {
  return [...values].sort((first, second) => first - second)[values.length >> 1]
}
