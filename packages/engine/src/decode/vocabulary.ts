import { SpeechError } from '../errors.ts'

/** U+2581, SentencePiece's mark in front of a piece that starts a word. */
const WORD_START = '\u2581'

/** Tokens that are never text: `<unk>` (the blank of SenseVoice), `<s>`, `</s>` and every `<|tag|>`. */
const CONTROL_TOKEN = /^<(?:unk|s|\/s|\|.*\|)>$/u

/**
 * The pieces a model can emit, by id. The published vocabulary has 25055 of them: word pieces, single characters and tags, and no
 * byte-fallback tokens, so every piece is whole text by itself.
 */
export class Vocabulary {
  readonly #pieces: readonly string[]
  readonly #texts: readonly string[]
  readonly #ids: ReadonlyMap<string, number>

  /** @param pieces the token of every id, in the order of the ids from 0 */
  constructor(pieces: readonly string[]) {
    this.#pieces = [...pieces]
    this.#texts = this.#pieces.map((piece) =>
      CONTROL_TOKEN.test(piece) ? '' : piece.replaceAll(WORD_START, ' '),
    )
    this.#ids = new Map(this.#pieces.map((piece, id): [string, number] => [piece, id]))
  }

  get size(): number {
    return this.#pieces.length
  }

  /** The token as written in tokens.txt, e.g. `▁the` or `<|en|>`; `undefined` for an id the vocabulary does not hold. */
  piece(id: number): string | undefined {
    return this.#pieces[id]
  }

  /** What the token adds to a text: a space in front of a word start, nothing for tags and other control tokens. */
  text(id: number): string {
    return this.#texts[id] ?? ''
  }

  /** Id of a token by its name in tokens.txt. */
  idOf(piece: string): number | undefined {
    return this.#ids.get(piece)
  }
}

/**
 * Reads a token list: sherpa-onnx's tokens.txt (one `token id` a line, ids from 0 without gaps in any order; a token may itself contain
 * spaces) or FunASR's tokens.json (the tokens in the order of their ids).
 *
 * @throws SpeechError `model-corrupt` for a line without an id, an id twice, a missing id, or JSON that is no list of texts
 */
export function parseVocabulary(tokensText: string): Vocabulary {
  const text = withoutByteOrderMark(tokensText)
  return new Vocabulary(/^\s*\[\s*"/.test(text) ? piecesOfJson(text) : piecesOfLines(text))
}

function piecesOfJson(text: string): string[] {
  let pieces: unknown
  try {
    pieces = JSON.parse(text)
  } catch {
    throw corrupt('the token list is cut short, or no JSON')
  }
  if (Array.isArray(pieces) && pieces.every((piece) => typeof piece === 'string')) return pieces
  throw corrupt('the token list is not a list of texts')
}

function piecesOfLines(text: string): string[] {
  const pieces: string[] = []
  let count = 0
  for (const [index, line] of text.split('\n').entries()) {
    const entry = line.endsWith('\r') ? line.slice(0, -1) : line
    if (entry === '') continue
    const space = entry.lastIndexOf(' ')
    const digits = entry.slice(space + 1)
    if (space < 0 || !/^\d{1,9}$/.test(digits)) {
      throw corrupt(`line ${index + 1} of the token list is not "token id"`)
    }
    const id = Number(digits)
    if (pieces[id] !== undefined) throw corrupt(`token id ${id} stands twice in the token list`)
    pieces[id] = entry.slice(0, space)
    count += 1
  }
  if (count === 0) throw corrupt('the token list is empty')
  if (count !== pieces.length) {
    throw corrupt(`the token list has ${count} tokens but ids up to ${pieces.length - 1}`)
  }
  return pieces
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function corrupt(message: string): SpeechError {
  return new SpeechError('model-corrupt', message, {
    hint: 'Download tokens.txt again; it has to come from the same place as the model file.',
  })
}
