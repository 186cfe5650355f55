import { LANGUAGE_CHOICES, type LanguageChoice, type SegmenterOptions } from '@sensevoice-web/engine'
import { Fields } from '../fields.ts'
import { readSegmentation } from './segmentation.ts'

export const STREAM_VERSION = 1
/** What a message to a client may have at most, unless its hello says otherwise. */
export const DEFAULT_MESSAGE_BYTES = 65_536

/** How the sound of a stream comes. Opus is decoded to 16 kHz whatever its encoder was given. */
export type StreamAudio =
  | { readonly format: 'pcm16'; readonly sampleRate: number }
  | { readonly format: 'opus'; readonly sampleRate: 16_000 }

/** What can be told at the start and changed while sound comes. */
export interface StreamChanges {
  readonly language?: LanguageChoice
  readonly withItn?: boolean
  /** Changes to the segmenter's defaults. */
  readonly segmentation?: Partial<SegmenterOptions>
}

export interface HelloMessage extends Omit<StreamChanges, 'segmentation'> {
  readonly type: 'hello'
  readonly protocol: 'sensevoice'
  readonly version: 1
  readonly audio: StreamAudio
  /** `whole`: no VAD, all sound is one segment. */
  readonly segmentation?: Partial<SegmenterOptions> | 'whole'
  /** False: finite sound, which is held back when it comes faster than it can be recognized. */
  readonly live?: boolean
  readonly partials?: boolean
  /** The least distance of partials, 100 to 10000. */
  readonly partialIntervalMs?: number
  readonly maxMessageBytes?: number
  /** What was said is to be answered, spoken, by a server that can. */
  readonly reply?: boolean
  readonly resume?: { readonly session: string; readonly nextEvent: number }
}

/** What a client of the stream protocol says in text. */
export type ClientMessage =
  | HelloMessage
  | ({ readonly type: 'configure' } & StreamChanges)
  /** What is being said ends here, as at a pause; the sound goes on later. */
  | { readonly type: 'end-segment' }
  | { readonly type: 'finish' }
  | { readonly type: 'ack'; readonly nextEvent: number }
  /** The reply that runs is to be silent. */
  | { readonly type: 'interrupt' }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'bye' }

const TYPES = ['hello', 'configure', 'end-segment', 'finish', 'ack', 'interrupt', 'ping', 'bye'] as const

/** @throws SpeechError `invalid-argument` naming the field */
export function readClientMessage(text: string): ClientMessage {
  const message = Fields.parse('the message', text)
  const type = message.choice('type', TYPES)
  switch (type) {
    case 'hello':
      return readHello(message)
    case 'configure':
      return {
        type,
        ...recognition(message),
        ...(message.has('segmentation')
          ? { segmentation: readSegmentation(message.inner('segmentation')) }
          : {}),
      }
    case 'ack':
      return { type, nextEvent: message.whole('nextEvent', 0, Number.MAX_SAFE_INTEGER) }
    case 'ping':
      return { type, id: message.whole('id', 0, Number.MAX_SAFE_INTEGER) }
    case 'end-segment':
    case 'finish':
    case 'interrupt':
    case 'bye':
      return { type }
  }
}

function readHello(message: Fields): HelloMessage {
  message.choice('protocol', ['sensevoice'])
  message.whole('version', STREAM_VERSION, STREAM_VERSION)
  return {
    type: 'hello',
    protocol: 'sensevoice',
    version: STREAM_VERSION,
    audio: readAudio(message.inner('audio')),
    ...recognition(message),
    ...(message.has('segmentation') ? { segmentation: wholeOrCut(message) } : {}),
    ...(message.has('live') ? { live: message.flag('live') } : {}),
    ...(message.has('partialIntervalMs')
      ? { partialIntervalMs: message.whole('partialIntervalMs', 100, 10_000) }
      : {}),
    ...(message.has('partials') ? { partials: message.flag('partials') } : {}),
    ...(message.has('maxMessageBytes')
      ? { maxMessageBytes: message.whole('maxMessageBytes', 1024, 1_048_576) }
      : {}),
    ...(message.has('reply') ? { reply: message.flag('reply') } : {}),
    ...(message.has('resume') ? { resume: readResume(message.inner('resume')) } : {}),
  }
}

function wholeOrCut(message: Fields): Partial<SegmenterOptions> | 'whole' {
  if (message.raw('segmentation') === 'whole') return 'whole'
  return readSegmentation(message.inner('segmentation'))
}

function readAudio(audio: Fields): StreamAudio {
  const format = audio.choice('format', ['pcm16', 'opus'])
  if (format === 'opus') {
    audio.whole('sampleRate', 16_000, 16_000)
    return { format, sampleRate: 16_000 }
  }
  return { format, sampleRate: audio.whole('sampleRate', 8000, 48_000) }
}

function readResume(resume: Fields): { session: string; nextEvent: number } {
  return {
    session: resume.text('session', 64),
    nextEvent: resume.whole('nextEvent', 0, Number.MAX_SAFE_INTEGER),
  }
}

function recognition(message: Fields): { language?: LanguageChoice; withItn?: boolean } {
  return {
    ...(message.has('language') ? { language: message.choice('language', LANGUAGE_CHOICES) } : {}),
    ...(message.has('withItn') ? { withItn: message.flag('withItn') } : {}),
  }
}
