/** What one place in a growing text is: the end of a sentence (exclusive index), not an end, or one that only what follows can tell. */
export type EndVerdict =
  | { readonly kind: 'end'; readonly at: number }
  | { readonly kind: 'no-end'; readonly next: number }
  /** `mayEnd`: it would be an end if nothing more came. */
  | { readonly kind: 'open'; readonly mayEnd: boolean }

/** Where a sentence may end. */
export const END_MARK = /[.!?。！？｡…\n]/g

const RUN = /[.!?。！？｡…]/
/** Asterisks and underscores close what models print in bold. */
const CLOSER = /["'”’»」』）)\]】》〉*_]/
const WIDE_END = /[。！？｡]/
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
/** What follows a `!` or `?` inside a name or an address. */
const GOES_ON = /[\p{Script=Latin}\p{N}=&/_%#]/u
const ABBREVIATIONS = new Set(
  'mr mrs ms dr prof st sr jr vs etc fig approx dept est inc ltd co mt gen col sgt capt rev hon cf al ca nr bzw usw ph.d'.split(
    ' ',
  ),
)

/**
 * @param text what came so far, from the beginning of the sentence
 * @param mark index of an `END_MARK` in it
 */
export function judgeEnd(text: string, mark: number): EndVerdict {
  if (text[mark] === '\n') return { kind: 'end', at: mark + 1 }
  const runEnd = skip(text, mark, RUN)
  const end = skip(text, runEnd, CLOSER)
  const run = text.slice(mark, runEnd)
  if (/^(?:\.{2,}|…+)$/.test(run)) return judgeEllipsis(text, end)
  if (run === '.') return judgeFullStop(text, mark, end)
  if (end === text.length) return { kind: 'open', mayEnd: true }
  const inside = !WIDE_END.test(run) && end === runEnd && GOES_ON.test(characterAt(text, end))
  return inside ? { kind: 'no-end', next: end } : { kind: 'end', at: end }
}

/** Three dots are a pause, unless a capital begins something new behind them. */
function judgeEllipsis(text: string, end: number): EndVerdict {
  const next = skip(text, end, /[^\S\n]/)
  if (next === text.length) return { kind: 'open', mayEnd: false }
  return /\p{Lu}/u.test(characterAt(text, next)) ? { kind: 'end', at: end } : { kind: 'no-end', next: end }
}

function judgeFullStop(text: string, mark: number, end: number): EndVerdict {
  const before = /\S*$/.exec(text.slice(0, mark))?.[0] ?? ''
  const word = before.replace(/^["'“‘«「『（([【]+/, '')
  if (isAbbreviation(word) || isListNumber(text.slice(0, mark))) return { kind: 'no-end', next: end }
  // A digit may be half of a decimal.
  if (end === text.length) return { kind: 'open', mayEnd: !/\p{N}$/u.test(word) }
  const next = characterAt(text, end)
  return /\s/.test(next) || CJK.test(next) ? { kind: 'end', at: end } : { kind: 'no-end', next: end }
}

function isAbbreviation(word: string): boolean {
  return ABBREVIATIONS.has(word.toLowerCase()) || /^\p{Lu}$/u.test(word) || /^(?:\p{L}\.)+\p{L}$/u.test(word)
}

function isListNumber(sentence: string): boolean {
  return /^\s*\d{1,3}$/.test(sentence)
}

function skip(text: string, from: number, what: RegExp): number {
  let at = from
  while (at < text.length && what.test(text[at] as string)) at += 1
  return at
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0)
}
