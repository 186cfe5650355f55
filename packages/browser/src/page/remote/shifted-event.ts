import type { SpeechEvent, SpeechResult, SpeechToken } from '@sensevoice-web/engine'

const SAMPLES_PER_MS = 16

/** How a stream that begins within another one stands to it. */
export interface Shift {
  readonly segments: number
  readonly samples: number
}

/** An event of the inner stream in the outer one's numbers and times. */
export function shifted(event: SpeechEvent, { segments, samples }: Shift): SpeechEvent {
  const ms = samples / SAMPLES_PER_MS
  switch (event.type) {
    case 'level':
      return { ...event, positionMs: event.positionMs + ms }
    case 'speech-start':
      return {
        ...event,
        segmentId: event.segmentId + segments,
        startMs: event.startMs + ms,
        startSamples: event.startSamples + samples,
      }
    case 'speech-end':
      return {
        ...event,
        segmentId: event.segmentId + segments,
        endMs: event.endMs + ms,
        endSamples: event.endSamples + samples,
      }
    case 'discarded':
      return {
        ...event,
        segmentId: event.segmentId + segments,
        startMs: event.startMs + ms,
        endMs: event.endMs + ms,
      }
    case 'partial':
      return { ...event, partial: moved(event.partial, segments, ms) }
    case 'result': {
      const result: SpeechResult = {
        ...moved(event.result, segments, ms),
        startSamples: event.result.startSamples + samples,
        endSamples: event.result.endSamples + samples,
      }
      return { ...event, result }
    }
    case 'analysis-progress':
      return { ...event, analyzedMs: event.analyzedMs + ms, totalMs: event.totalMs }
    default:
      return event
  }
}

interface Placed {
  readonly segmentId: number
  readonly startMs: number
  readonly endMs: number
  readonly tokens: readonly SpeechToken[]
}

function moved<Value extends Placed>(value: Value, segments: number, ms: number): Value {
  return {
    ...value,
    segmentId: value.segmentId + segments,
    startMs: value.startMs + ms,
    endMs: value.endMs + ms,
    tokens: value.tokens.map((token) => ({
      ...token,
      startMs: token.startMs + ms,
      endMs: token.endMs + ms,
    })),
  }
}
