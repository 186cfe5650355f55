import {
  deserializeSpeechError,
  EMOTIONS,
  type SerializedSpeechError,
  serializeSpeechError,
} from '@sensevoice-web/engine'
import type { Fields } from '../fields.ts'
import { fitted } from '../fitted.ts'
import { MOUTH_FRAME_MS, type ReplyEvent, type ReplyExpression } from './reply-event.ts'

/** A `ReplyEvent` as plain data. */
export type SerializedReplyEvent =
  | Exclude<ReplyEvent, { type: 'error' }>
  | {
      readonly type: 'error'
      readonly stage: 'language model' | 'voice'
      readonly error: SerializedSpeechError
    }

export interface ReplyMessage {
  readonly type: 'reply'
  /** One of the events' numbers. */
  readonly number: number
  readonly turn: number
  readonly event: SerializedReplyEvent
}

const EVENTS = ['reply-text', 'sentence', 'cue', 'error', 'fallback', 'turn-end', 'cancelled'] as const
const MOST = Number.MAX_SAFE_INTEGER
/** A stretch of sound has 200 ms; some more is no fault. */
const MOST_MOUTH = 64
/** What the frame of a message leaves of the 1024 bytes that every client takes. */
const TEXT_BYTES = 700

/** As a message under 1024 bytes; `reply-text` of 100 UTF-16 units at most fits whole, a longer sentence is cut. */
export function writeReply(number: number, turn: number, event: ReplyEvent): string {
  const message: ReplyMessage = { type: 'reply', number, turn, event: plain(event) }
  return JSON.stringify(message)
}

function plain(event: ReplyEvent): SerializedReplyEvent {
  switch (event.type) {
    case 'sentence':
      return {
        ...event,
        ...(JSON.parse(fitted({ text: event.text }, 'text', TEXT_BYTES)) as { text: string }),
      }
    case 'cue':
      return { ...event, mouth: event.mouth.map((openness) => Math.round(openness * 1000) / 1000) }
    case 'error': {
      const { stack: _stack, cause: _cause, ...error } = serializeSpeechError(event.error)
      return { ...event, error }
    }
    default:
      return event
  }
}

/** @throws SpeechError `invalid-argument` naming the field */
export function readReply(message: Fields): ReplyMessage {
  return {
    type: 'reply',
    number: message.whole('number', 0, MOST),
    turn: message.whole('turn', 1, MOST),
    event: readEvent(message.inner('event')),
  }
}

export function deserializeReply(event: SerializedReplyEvent): ReplyEvent {
  return event.type === 'error' ? { ...event, error: deserializeSpeechError(event.error) } : event
}

function readEvent(event: Fields): SerializedReplyEvent {
  const type = event.choice('type', EVENTS)
  switch (type) {
    case 'reply-text':
      return { type, text: event.text('text') }
    case 'sentence':
      return { type, ...sentenceOf(event), text: event.text('text') }
    case 'cue': {
      const [startMs, endMs] = [event.number('startMs', 0, MOST), event.number('endMs', 0, MOST)]
      return { type, ...sentenceOf(event), startMs, endMs, mouth: readMouth(event) }
    }
    case 'error': {
      const stage = event.choice('stage', ['language model', 'voice'])
      return { type, stage, error: readError(event.inner('error')) }
    }
    case 'fallback':
      return { type, kind: event.choice('kind', ['spoken', 'silent']) }
    case 'turn-end':
      return {
        type,
        outcome: event.choice('outcome', ['answered', 'fallback']),
        audioMs: event.number('audioMs', 0, MOST),
        replyCut: event.flag('replyCut'),
      }
    case 'cancelled':
      return {
        type,
        reason: event.choice('reason', ['interrupted', 'replaced', 'closed', 'unread']),
        deliveredMs: event.number('deliveredMs', 0, MOST),
      }
  }
}

function sentenceOf(event: Fields): { readonly sentence: number; readonly expression: ReplyExpression } {
  const expression = event.inner('expression')
  return {
    sentence: event.whole('sentence', 0, MOST),
    expression: {
      emotion: expression.choice('emotion', EMOTIONS),
      intensity: expression.number('intensity', 0, 1),
    },
  }
}

function readMouth(event: Fields): readonly number[] {
  const mouth = event.raw('mouth')
  const isOpenness = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1
  if (Array.isArray(mouth) && mouth.length <= MOST_MOUTH && mouth.every(isOpenness)) return mouth
  throw event.wrong(
    'mouth',
    `must be ${MOST_MOUTH} numbers in [0, 1] at most, one every ${MOUTH_FRAME_MS} ms`,
  )
}

/** @throws SpeechError `invalid-argument` naming the field */
export function readError(error: Fields): SerializedSpeechError {
  return {
    code: error.text('code') as SerializedSpeechError['code'],
    message: error.text('message'),
    hint: error.text('hint'),
    retryable: error.flag('retryable'),
  }
}
