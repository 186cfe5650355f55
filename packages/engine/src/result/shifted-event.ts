import type { SpeechEvent } from '../events.ts'
import type { SpeechResult, SpeechToken } from './speech-result.ts'

const SAMPLES_PER_MS = 16

/** How a stream that begins within another one stands to it: how many segments and samples (at 16 kHz) came before. */
export interface StreamShift {
  readonly segments: number
  readonly samples: number
}

/** An event of the inner stream in the outer one's numbers and times. */
export function shiftedEvent(event: SpeechEvent, shift: StreamShift): SpeechEvent {
  const ms = shift.samples / SAMPLES_PER_MS
  switch (event.type) {
    case 'level':
      return { ...event, positionMs: event.positionMs + ms }
    case 'speech-start': {
      const { segmentId, startMs, startSamples } = event
      return {
        ...event,
        segmentId: segmentId + shift.segments,
        startMs: startMs + ms,
        startSamples: startSamples + shift.samples,
      }
    }
    case 'speech-end': {
      const { segmentId, endMs, endSamples } = event
      return {
        ...event,
        segmentId: segmentId + shift.segments,
        endMs: endMs + ms,
        endSamples: endSamples + shift.samples,
      }
    }
    case 'discarded':
      return { ...event, ...placed(event, shift) }
    case 'partial':
      return { ...event, partial: withTokens(event.partial, shift) }
    case 'result':
      return { ...event, result: shiftedResult(event.result, shift) }
    case 'analysis-progress':
      return { ...event, analyzedMs: event.analyzedMs + ms }
    default:
      return event
  }
}

/** A result of the inner stream in the outer one's numbers and times. */
export function shiftedResult(result: SpeechResult, shift: StreamShift): SpeechResult {
  return {
    ...withTokens(result, shift),
    startSamples: result.startSamples + shift.samples,
    endSamples: result.endSamples + shift.samples,
  }
}

interface Placed {
  readonly segmentId: number
  readonly startMs: number
  readonly endMs: number
}

function placed({ segmentId, startMs, endMs }: Placed, { segments, samples }: StreamShift): Placed {
  const ms = samples / SAMPLES_PER_MS
  return { segmentId: segmentId + segments, startMs: startMs + ms, endMs: endMs + ms }
}

function withTokens<Value extends Placed & { readonly tokens: readonly SpeechToken[] }>(
  value: Value,
  shift: StreamShift,
): Value {
  const ms = shift.samples / SAMPLES_PER_MS
  const tokens = value.tokens.map((token) => ({
    ...token,
    startMs: token.startMs + ms,
    endMs: token.endMs + ms,
  }))
  return { ...value, ...placed(value, shift), tokens }
}
