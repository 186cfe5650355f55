import type { SentenceSplitter } from './sentence-splitter.ts'

/** What comes out of a reply that is read: its text as it came, and its sentences as they are complete. */
export type ReplyPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sentence'; readonly text: string }

export interface ReplyReading {
  readonly splitter: SentenceSplitter
  /** How long nothing must come until what reads like a whole sentence is taken for one. */
  readonly settleMs: number
  /** UTF-16 units after which the reply is cut. */
  readonly longestReply: number
}

/**
 * @param pieces throws when the reply is not whole: the sentence it stopped in is dropped
 * @returns whether the reply was cut for its length
 */
export async function* readReply(
  pieces: AsyncIterable<string>,
  { splitter, settleMs, longestReply }: ReplyReading,
): AsyncGenerator<ReplyPart, boolean> {
  const iterator = pieces[Symbol.asyncIterator]()
  let room = longestReply
  try {
    let next = iterator.next()
    while (room > 0) {
      const arrived = splitter.mayEnd ? await orQuiet(next, settleMs) : await next
      if (arrived === 'quiet') {
        yield* sentences(splitter.settle())
        continue
      }
      if (arrived.done === true) {
        yield* sentences(splitter.flush())
        return false
      }
      const text = arrived.value.slice(0, room).replace(/[\uD800-\uDBFF]$/, '')
      room = arrived.value.length > room ? 0 : room - text.length
      if (text !== '') yield { kind: 'text', text }
      yield* sentences(splitter.push(text))
      if (room > 0) next = iterator.next()
    }
    yield* sentences(splitter.flush())
    return true
  } finally {
    await iterator.return?.()
  }
}

function* sentences(texts: readonly string[]): Generator<ReplyPart> {
  for (const text of texts) yield { kind: 'sentence', text }
}

async function orQuiet<Value>(promise: Promise<Value>, ms: number): Promise<Value | 'quiet'> {
  let timer: NodeJS.Timeout | undefined
  const quiet = new Promise<'quiet'>((resolve) => {
    timer = setTimeout(() => resolve('quiet'), ms)
  })
  try {
    return await Promise.race([promise, quiet])
  } finally {
    clearTimeout(timer)
  }
}
