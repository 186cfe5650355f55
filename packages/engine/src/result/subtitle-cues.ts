import { SpeechError } from '../errors.ts'
import type { SpeechResult } from './speech-result.ts'
import { columns, type SubtitleUnit, subtitleUnits } from './subtitle-units.ts'

export interface SubtitleOptions {
  /** Columns of a line; an East Asian character fills two. Default 42, at least 2. */
  readonly maxLineColumns?: number
  /** Default 2. */
  readonly maxLines?: number
  /** Longest time one cue is shown. Default 7000. */
  readonly maxCueMs?: number
}

/** One subtitle. Times are whole milliseconds since the start of the stream. */
export interface SubtitleCue {
  readonly startMs: number
  /** Always after `startMs`, never after the next cue's start. */
  readonly endMs: number
  readonly lines: readonly string[]
}

interface Draft {
  readonly startMs: number
  endMs: number
  readonly lines: string[]
}

/**
 * Breaks results into subtitles: at most two lines of 42 columns and 7 s each, broken between words. A cue stays until the next one of the
 * same segment, the last one until the segment ends. Results without text give none.
 *
 * @param results in any order; cues come in order of time
 * @throws SpeechError `invalid-argument` for limits that no text can keep
 */
export function subtitleCues(
  results: readonly SpeechResult[],
  options: SubtitleOptions = {},
): readonly SubtitleCue[] {
  const { maxLineColumns = 42, maxLines = 2, maxCueMs = 7000 } = options
  if (!(maxLineColumns >= 2 && maxLines >= 1 && maxCueMs >= 1)) {
    throw new SpeechError(
      'invalid-argument',
      `subtitles need 2 or more columns, 1 or more lines and 1 or more ms, got ${maxLineColumns}, ${maxLines}, ${maxCueMs}`,
    )
  }
  const limits = { maxLineColumns, maxLines, maxCueMs }
  const drafts = [...results]
    .filter((result) => result.text !== '')
    .sort((first, second) => first.startMs - second.startMs)
    .flatMap((result) => draftsOf(result, limits))
  return inOrder(drafts)
}

function draftsOf(result: SpeechResult, limits: Required<SubtitleOptions>): readonly Draft[] {
  const drafts: Draft[] = []
  for (const unit of subtitleUnits(result, limits.maxLineColumns)) {
    const open = drafts.at(-1)
    if (open === undefined || !append(open, unit, limits)) {
      drafts.push({ startMs: unit.startMs, endMs: unit.endMs, lines: [unit.text] })
    }
  }
  for (const [index, draft] of drafts.entries()) {
    const shownUntil = drafts[index + 1]?.startMs ?? result.endMs
    draft.endMs = Math.min(Math.max(draft.endMs, shownUntil), draft.startMs + limits.maxCueMs)
  }
  return drafts
}

/** @returns false when the cue is full */
function append(draft: Draft, unit: SubtitleUnit, limits: Required<SubtitleOptions>): boolean {
  if (unit.endMs - draft.startMs > limits.maxCueMs) return false
  const last = draft.lines.length - 1
  const joined = `${draft.lines[last] ?? ''}${unit.spaced ? ' ' : ''}${unit.text}`
  if (columns(joined) <= limits.maxLineColumns) draft.lines[last] = joined
  else if (draft.lines.length < limits.maxLines) draft.lines.push(unit.text)
  else return false
  draft.endMs = unit.endMs
  return true
}

/** Whole milliseconds; no cue begins before the last one ended, and none is empty. */
function inOrder(drafts: readonly Draft[]): readonly SubtitleCue[] {
  const cues: SubtitleCue[] = []
  for (const [index, draft] of drafts.entries()) {
    const startMs = Math.max(Math.round(draft.startMs), cues.at(-1)?.endMs ?? 0)
    const nextMs = Math.round(drafts[index + 1]?.startMs ?? Infinity)
    const endMs = Math.max(startMs + 1, Math.min(Math.round(draft.endMs), nextMs))
    cues.push({ startMs, endMs, lines: draft.lines })
  }
  return cues
}
