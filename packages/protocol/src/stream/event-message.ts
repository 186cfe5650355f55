import {
  deserializeSpeechError,
  type SerializedSpeechEvent,
  SpeechError,
  type SpeechEvent,
  serializeSpeechError,
} from '@sensevoice-web/engine'
import { byteLength } from '../fitted.ts'
import type { EventMessage } from './server-messages.ts'

/** An event as plain data. Where a server's code failed is the server's business: no stack leaves it. */
export function serializeEvent(event: SpeechEvent): SerializedSpeechEvent {
  if (event.type !== 'error') return event
  const { stack: _stack, cause: _cause, ...error } = serializeSpeechError(event.error)
  return { type: 'error', error }
}

export function deserializeEvent(event: SerializedSpeechEvent): SpeechEvent {
  return event.type === 'error' ? { type: 'error', error: deserializeSpeechError(event.error) } : event
}

/**
 * An event as a message of `mostBytes` at most. What is too long goes without its tokens; a text that is still too long becomes an error, so that
 * nobody takes a part of it for the whole.
 *
 * @param retryAfterMs only when the event tells of overload
 */
export function writeEvent(
  number: number,
  event: SpeechEvent,
  mostBytes: number,
  retryAfterMs?: number,
): string {
  const more = retryAfterMs === undefined ? {} : { retryAfterMs }
  const whole = write({ type: 'event', number, event: serializeEvent(event), ...more })
  if (byteLength(whole) <= mostBytes) return whole
  const bare = withoutTokens(event)
  if (bare !== undefined) {
    const text = write({ type: 'event', number, event: serializeEvent(bare), truncated: ['tokens'] })
    if (byteLength(text) <= mostBytes) return text
  }
  const error = new SpeechError(
    'overrun',
    `an event of ${byteLength(whole)} bytes is over the ${mostBytes} of this client`,
    {
      hint: 'Say a larger maxMessageBytes in the hello.',
    },
  )
  return write({ type: 'event', number, event: serializeEvent({ type: 'error', error }), ...more })
}

function withoutTokens(event: SpeechEvent): SpeechEvent | undefined {
  if (event.type === 'result') return { ...event, result: { ...event.result, tokens: [] } }
  if (event.type === 'partial') return { ...event, partial: { ...event.partial, tokens: [] } }
  return undefined
}

function write(message: EventMessage): string {
  return JSON.stringify(message)
}
