import { SpeechError } from '@sensevoice-web/engine'
import { clauseCut } from './clause-cut.ts'
import { END_MARK, judgeEnd } from './sentence-end.ts'

const LONGEST = 200
const SPEAKABLE = /[\p{L}\p{N}]/u

/**
 * Cuts a text that comes in pieces into sentences, whatever the pieces' borders: by 。！？.!? and line ends, not in decimals, abbreviations,
 * addresses and ellipses; quotes and brackets stay with the sentence they close. A sentence is trimmed and holds a letter or a digit.
 */
export class SentenceSplitter {
  readonly #longest: number
  #text = ''
  /** Everything before it was judged. */
  #judged = 0
  #mayEnd = false

  /**
   * @param longest most UTF-16 units of a sentence, at least 20; a longer one is cut between clauses or words. Default 200.
   * @throws SpeechError `invalid-argument`
   */
  constructor(longest: number = LONGEST) {
    if (!Number.isSafeInteger(longest) || longest < 20) {
      throw new SpeechError(
        'invalid-argument',
        `the longest sentence must be a whole number from 20 on, got ${longest}`,
      )
    }
    this.#longest = longest
  }

  /** Whether what is held reads like a whole sentence, which only the next character could change. */
  get mayEnd(): boolean {
    return this.#mayEnd && SPEAKABLE.test(this.#text)
  }

  /** @returns the sentences that `piece` completes */
  push(piece: string): readonly string[] {
    const sentences: string[] = []
    // A bit at a time, so that a huge piece is not searched from its beginning to its end for every sentence.
    for (let at = 0; at < piece.length; at += this.#longest) {
      this.#text += piece.slice(at, at + this.#longest)
      for (let sentence = this.#next(); sentence !== undefined; sentence = this.#next())
        sentences.push(sentence)
    }
    return sentences
  }

  /** Nothing came for a while: takes what reads like a whole sentence for one. What closes it later begins the next one. */
  settle(): readonly string[] {
    return this.mayEnd ? [this.#cut(this.#text.length)] : []
  }

  /** The text is over. @returns what is left; what holds no letter and no digit is not spoken */
  flush(): readonly string[] {
    const rest = this.#cut(this.#text.length)
    return SPEAKABLE.test(rest) ? [rest] : []
  }

  #next(): string | undefined {
    const end = this.#end()
    if (end !== undefined && end <= this.#longest) return this.#cut(end)
    return this.#text.length > this.#longest ? this.#cut(clauseCut(this.#text, this.#longest)) : undefined
  }

  /** First end of a sentence that has something to say. */
  #end(): number | undefined {
    this.#mayEnd = false
    END_MARK.lastIndex = this.#judged
    for (let mark = END_MARK.exec(this.#text); mark !== null; mark = END_MARK.exec(this.#text)) {
      const verdict = judgeEnd(this.#text, mark.index)
      if (verdict.kind === 'open') {
        this.#mayEnd = verdict.mayEnd
        this.#judged = mark.index
        return undefined
      }
      if (verdict.kind === 'end' && SPEAKABLE.test(this.#text.slice(0, verdict.at))) return verdict.at
      END_MARK.lastIndex = verdict.kind === 'end' ? verdict.at : verdict.next
    }
    this.#judged = this.#text.length
    return undefined
  }

  #cut(at: number): string {
    const sentence = this.#text.slice(0, at).trim()
    this.#text = this.#text.slice(at)
    this.#judged = 0
    this.#mayEnd = false
    return sentence
  }
}
