import type { PartialResult, SpeechResult } from '@sensevoice-web/engine'

/** Where a further listening session goes on in a transcript that earlier ones have begun. */
export interface SessionStart {
  readonly segmentId: number
  readonly ms: number
}

/** The place after the last of `results`: every analyzer stream counts segments and time from zero. */
export function nextSessionStart(results: readonly SpeechResult[]): SessionStart {
  const last = results.at(-1)
  return last === undefined ? { segmentId: 0, ms: 0 } : { segmentId: last.segmentId + 1, ms: last.endMs }
}

/** `item` as a part of the whole transcript: ids stay unique and times only grow. Sample positions stay those of its own stream. */
export function inTranscript<Item extends SpeechResult | PartialResult>(
  item: Item,
  start: SessionStart,
): Item {
  if (start.segmentId === 0 && start.ms === 0) return item
  return {
    ...item,
    segmentId: item.segmentId + start.segmentId,
    startMs: item.startMs + start.ms,
    endMs: item.endMs + start.ms,
    tokens: item.tokens.map((token) => ({
      ...token,
      startMs: token.startMs + start.ms,
      endMs: token.endMs + start.ms,
    })),
  }
}
