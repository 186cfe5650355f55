/** Which of `texts` needs the fewest changes of single letters to become `text`, whatever their case. */
export function nearest(text: string, texts: readonly string[]): number {
  const changes = texts.map((other) => distance(text.toLowerCase(), other.toLowerCase()))
  return changes.indexOf(Math.min(...changes))
}

/** Levenshtein's distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (let at = 0; at < to.length; at += 1) {
      const replaced = (row[at] ?? 0) + Number(letter !== to[at])
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
