import { Fields } from '../fields.ts'

/** How sound lies in a binary message: bare Opus, or Opus behind a header. */
export type XiaozhiVersion = 1 | 2 | 3

/** What a device with xiaozhi firmware says in text. */
export type XiaozhiMessage =
  | { readonly type: 'hello'; readonly version?: XiaozhiVersion }
  | {
      readonly type: 'listen'
      readonly state: 'start' | 'stop' | 'detect'
      /** `manual`: a button is held, and `stop` ends the utterance; else the server's VAD does. */
      readonly mode?: 'auto' | 'manual' | 'realtime'
    }
  | { readonly type: 'abort' }
  | { readonly type: 'mcp' }

const TYPES = ['hello', 'listen', 'abort', 'mcp'] as const

/**
 * Fields that firmware sends and nobody here needs are not looked at.
 *
 * @throws SpeechError `invalid-argument` naming the field
 */
export function readXiaozhiMessage(text: string): XiaozhiMessage {
  const message = Fields.parse('the message', text)
  const type = message.choice('type', TYPES)
  switch (type) {
    case 'hello': {
      const version = message.raw('version')
      return isXiaozhiVersion(version) ? { type, version } : { type }
    }
    case 'listen': {
      const state = message.choice('state', ['start', 'stop', 'detect'])
      return message.has('mode')
        ? { type, state, mode: message.choice('mode', ['auto', 'manual', 'realtime']) }
        : { type, state }
    }
    case 'abort':
    case 'mcp':
      return { type }
  }
}

export function isXiaozhiVersion(version: unknown): version is XiaozhiVersion {
  return version === 1 || version === 2 || version === 3
}
