import {
  LANGUAGES,
  type ModelManifest,
  type SerializedSpeechError,
  type SerializedSpeechEvent,
} from '@sensevoice-web/engine'
import { Fields } from '../fields.ts'
import { REPLY_SAMPLE_RATE } from './reply-event.ts'
import { type ReplyMessage, readError, readReply } from './reply-message.ts'

export interface WelcomeMessage {
  readonly type: 'welcome'
  readonly version: 1
  /** Secret: whoever knows it may take the session over. */
  readonly session: string
  readonly resumed: boolean
  /** The first frame that the server lacks. */
  readonly nextSequence: number
  /** How long a session without a connection is kept. */
  readonly resumeMs: number
  readonly model: ServedModelFacts
  readonly limits: { readonly messageBytes: number; readonly unheardMs: number }
  /** The server answers who asks for it in the hello, with sound of that rate in Hz. */
  readonly reply?: { readonly sampleRate: number }
}

/** The model behind a server; what its manifest says of it, where it has one. */
export interface ServedModelFacts
  extends Pick<ModelManifest, 'name' | 'version'>,
    Partial<Pick<ModelManifest, 'id' | 'description' | 'notice' | 'license' | 'languages'>> {}

export interface EventMessage {
  readonly type: 'event'
  readonly number: number
  readonly event: SerializedSpeechEvent
  readonly truncated?: readonly string[]
  /** The server is overloaded, which the event tells: no sound is to come for this long. */
  readonly retryAfterMs?: number
}

/** What the server says in the stream protocol; always text. */
export type ServerMessage =
  | WelcomeMessage
  | EventMessage
  | ReplyMessage
  | { readonly type: 'ack'; readonly nextSequence: number }
  /** Everything was recognized; `samples` were taken, at 16 kHz. Its number is one of the events'. */
  | { readonly type: 'finished'; readonly number: number; readonly samples: number }
  | { readonly type: 'pong'; readonly id: number }
  | {
      readonly type: 'error'
      readonly error: SerializedSpeechError
      readonly retryAfterMs?: number
      readonly nextSequence?: number
    }

const TYPES = ['welcome', 'event', 'reply', 'ack', 'finished', 'pong', 'error'] as const
const MOST = Number.MAX_SAFE_INTEGER

/**
 * What a client trusts of a server: the envelope is checked, an event is the server's own.
 *
 * @throws SpeechError `invalid-argument` naming the field
 */
export function readServerMessage(text: string): ServerMessage {
  const message = Fields.parse('the server’s message', text)
  const type = message.choice('type', TYPES)
  switch (type) {
    case 'welcome':
      return readWelcome(message)
    case 'event': {
      const event = message.inner('event')
      event.text('type')
      return {
        type,
        number: message.whole('number', 0, MOST),
        event: message.raw('event') as SerializedSpeechEvent,
        ...retryOf(message),
      }
    }
    case 'reply':
      return readReply(message)
    case 'ack':
      return { type, nextSequence: message.whole('nextSequence', 0, MOST) }
    case 'finished':
      return { type, number: message.whole('number', 0, MOST), samples: message.whole('samples', 0, MOST) }
    case 'pong':
      return { type, id: message.whole('id', 0, MOST) }
    case 'error':
      return {
        type,
        error: readError(message.inner('error')),
        ...retryOf(message),
        ...(message.has('nextSequence') ? { nextSequence: message.whole('nextSequence', 0, MOST) } : {}),
      }
  }
}

function retryOf(message: Fields): { readonly retryAfterMs?: number } {
  return message.has('retryAfterMs') ? { retryAfterMs: message.whole('retryAfterMs', 0, MOST) } : {}
}

function readWelcome(message: Fields): WelcomeMessage {
  const limits = message.inner('limits')
  message.whole('version', 1, 1)
  return {
    type: 'welcome',
    version: 1,
    session: message.text('session', 64),
    resumed: message.flag('resumed'),
    nextSequence: message.whole('nextSequence', 0, MOST),
    resumeMs: message.whole('resumeMs', 0, MOST),
    model: readServedModel(message.raw('model')),
    limits: {
      messageBytes: limits.whole('messageBytes', 0, MOST),
      unheardMs: limits.whole('unheardMs', 0, MOST),
    },
    ...(message.has('reply')
      ? {
          reply: {
            sampleRate: message.inner('reply').whole('sampleRate', REPLY_SAMPLE_RATE, REPLY_SAMPLE_RATE),
          },
        }
      : {}),
  }
}

/**
 * @param manifest parsed JSON, of a manifest or of a welcome
 * @throws SpeechError `invalid-argument` naming the field
 */
export function readServedModel(manifest: unknown): ServedModelFacts {
  const model = new Fields('the model', manifest)
  const optional = (name: 'id' | 'description' | 'notice') =>
    model.has(name) ? { [name]: model.text(name) } : {}
  return {
    name: model.text('name'),
    version: model.text('version'),
    ...optional('id'),
    ...optional('description'),
    ...optional('notice'),
    ...(model.has('license') ? { license: readLicense(model.inner('license')) } : {}),
    ...(model.has('languages') ? { languages: model.choices('languages', LANGUAGES) } : {}),
  }
}

function readLicense(license: Fields): ModelManifest['license'] {
  return {
    name: license.text('name'),
    attribution: license.text('attribution'),
    ...(license.has('spdx') ? { spdx: license.text('spdx') } : {}),
    ...(license.has('url') ? { url: license.text('url') } : {}),
  }
}
