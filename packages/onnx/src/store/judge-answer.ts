import { SpeechError } from '@sensevoice-web/engine'
import type { HttpAnswer } from './http.ts'

/** What is known and held of a file when a request for its rest is answered. */
export interface Asked {
  readonly url: string
  /** First byte asked for; 0 asks for the whole file. */
  readonly offset: number
  /** Size of the whole file, where it is known. */
  readonly bytes?: number | undefined
  /** Of the version that the held bytes are of. */
  readonly tag?: string | undefined
  /** Whether a hash will prove the whole: then bytes of an unknown version may be joined. */
  readonly provable: boolean
}

/** What to do with an answer. */
export type Verdict =
  /** Its body goes on where the held bytes end. */
  | { readonly type: 'continue'; readonly bytes?: number; readonly tag?: string }
  /**
   * Its body is the file from the beginning: what is held is dropped. The file has `leastBytes` or more: of another origin it may come
   * compressed, which nobody is told.
   */
  | { readonly type: 'begin'; readonly bytes?: number; readonly leastBytes?: number; readonly tag?: string }
  /** Ask again for the whole file: the held bytes cannot be gone on with here. */
  | { readonly type: 'start-over'; readonly why: string }
  /** Ask again later. */
  | { readonly type: 'later'; readonly error: SpeechError; readonly retryAfter: string | null }
  /** This address will not give the file. */
  | { readonly type: 'give-up'; readonly error: SpeechError }

const TRY_LATER = new Set([408, 425, 429, 500, 502, 503, 504])

export function judge(answer: HttpAnswer, asked: Asked): Verdict {
  const { status, headers } = answer
  if (status === 200) return judgeWhole(answer, asked)
  if (status === 206) return judgeRange(answer, asked)
  if (status === 416 && asked.offset > 0) return judgeUnsatisfiable(answer, asked)
  const said = `the server answered ${status}`
  if (TRY_LATER.has(status)) {
    return {
      type: 'later',
      error: new SpeechError('network', said, { retryable: true }),
      retryAfter: headers.get('retry-after'),
    }
  }
  const missing = status === 404 || status === 410
  return giveUp(missing ? 'model-not-found' : 'network', said)
}

function judgeWhole(answer: HttpAnswer, asked: Asked): Verdict {
  const page = webPage(answer)
  if (page !== undefined) return page
  const length = contentLength(answer)
  // Of another origin the coding is hidden: a smaller length may be that of a compressed body, whose real length is counted as it comes.
  const trusted = answer.type !== 'cors'
  const { bytes = trusted ? length : undefined } = asked
  if (length !== undefined && bytes !== undefined && (length > bytes || (trusted && length < bytes))) {
    return giveUp('model-corrupt', `the file there has ${length} bytes instead of ${bytes}`)
  }
  return { type: 'begin', ...defined({ bytes, leastBytes: length, tag: versionOf(answer) }) }
}

function judgeRange(answer: HttpAnswer, asked: Asked): Verdict {
  const page = webPage(answer)
  if (page !== undefined) return page
  const tag = versionOf(answer)
  if (asked.tag !== undefined && tag !== undefined && tag !== asked.tag) {
    return { type: 'start-over', why: 'the file has changed on the server' }
  }
  if (!asked.provable && (tag === undefined || tag !== asked.tag)) {
    return { type: 'start-over', why: 'the server does not say whether it is still the same file' }
  }
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '')
  if (range === null) return judgeHiddenRange(answer, asked)
  const [, first, , total] = range
  if (Number(first) !== asked.offset) {
    return { type: 'start-over', why: `the server sent bytes from ${first} instead of ${asked.offset}` }
  }
  const size = total === '*' ? undefined : Number(total)
  const { bytes = size } = asked
  if (size !== undefined && size !== bytes) {
    return giveUp('model-corrupt', `the file there has ${size} bytes instead of ${bytes}`)
  }
  return { type: 'continue', ...defined({ bytes, tag }) }
}

/** Servers of another origin may not show Content-Range; then the length of the rest must be the right one. */
function judgeHiddenRange(answer: HttpAnswer, asked: Asked): Verdict {
  const length = contentLength(answer)
  if (asked.bytes !== undefined && length === asked.bytes - asked.offset) {
    return { type: 'continue', bytes: asked.bytes }
  }
  return { type: 'start-over', why: 'the server does not say which part of the file it sent' }
}

function judgeUnsatisfiable(answer: HttpAnswer, asked: Asked): Verdict {
  const size = /^bytes \*\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1]
  if (size !== undefined && asked.bytes !== undefined && Number(size) !== asked.bytes) {
    return giveUp('model-corrupt', `the file there has ${size} bytes instead of ${asked.bytes}`)
  }
  return { type: 'start-over', why: 'the server refuses to go on from there' }
}

/** Servers of single-page apps and captive portals answer any address with a page. */
function webPage({ headers }: HttpAnswer): Verdict | undefined {
  if (!/^\s*(text\/html|application\/xhtml)/i.test(headers.get('content-type') ?? '')) return undefined
  return giveUp('model-not-found', 'a web page is there, not the file')
}

function contentLength({ headers }: HttpAnswer): number | undefined {
  const header = headers.get('content-length')
  // With a content coding it counts compressed bytes.
  if (header === null || headers.get('content-encoding') !== null || !/^\d+$/.test(header)) return undefined
  return Number(header)
}

/** Weak validators say nothing about bytes. */
function versionOf({ headers }: HttpAnswer): string | undefined {
  const etag = headers.get('etag')
  if (etag !== null && !etag.startsWith('W/')) return etag
  return headers.get('last-modified') ?? undefined
}

function giveUp(code: 'model-corrupt' | 'model-not-found' | 'network', said: string): Verdict {
  return { type: 'give-up', error: new SpeechError(code, said) }
}

function defined<Fields extends object>(fields: Fields): Known<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Known<Fields>
}

type Known<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> }
