const CLAUSE = /[,;:，、；：—]/g
const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/**
 * Where a sentence that is too long is best cut.
 *
 * @param text longer than `longest`
 * @param longest UTF-16 units, at least 1
 * @returns in [1, longest]: behind the last mark between clauses in the second half, else before the last whole word, else at `longest`; never
 * inside a character unless that alone is longer
 */
export function clauseCut(text: string, longest: number): number {
  const head = text.slice(0, longest)
  const clause = [...head.matchAll(CLAUSE)]
    .map(({ index }) => index + 1)
    // 1,000 and 12:30 hold such marks too.
    .filter((at) => at >= longest / 2 && !/\d/.test(text[at] ?? ''))
    .at(-1)
  if (clause !== undefined) return clause
  const starts = [...words.segment(text.slice(0, longest + 1))].map(({ index }) => index)
  const word = starts.filter((at) => at <= longest).at(-1) ?? 0
  if (word > 0) return word
  return /[\uD800-\uDBFF]$/.test(head) && longest > 1 ? longest - 1 : longest
}
