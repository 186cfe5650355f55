import { SpeechError } from '@sensevoice-web/engine'
import { Fields } from '../fields.ts'

/** The codecs of Beken's firmware that are heard here. */
export type BekenFormat = 'opus' | 'pcm'

/** What Beken's own firmware says in text. */
export type BekenMessage =
  | { readonly type: 'hello'; readonly format?: BekenFormat }
  | { readonly type: 'session.update'; readonly format?: BekenFormat }
  /** The button is let go, or the chip's own VAD has heard the end. */
  | { readonly type: 'input_audio_buffer.commit' }
  | { readonly type: 'flow_control' }

const TYPES = ['hello', 'session.update', 'input_audio_buffer.commit', 'flow_control'] as const

/**
 * @throws SpeechError `invalid-argument` naming the field, `unsupported-audio` for a codec that is not heard here
 */
export function readBekenMessage(text: string): BekenMessage {
  const message = Fields.parse('the message', text)
  const type = message.choice('type', TYPES)
  switch (type) {
    case 'hello': {
      const format = message.has('config')
        ? formatOf(message.inner('config').inner('audio').inner('to_server').raw('format'))
        : undefined
      return format === undefined ? { type } : { type, format }
    }
    case 'session.update': {
      const format = formatOf(message.raw('input_audio_format'))
      return format === undefined ? { type } : { type, format }
    }
    case 'input_audio_buffer.commit':
    case 'flow_control':
      return { type }
  }
}

/** Rates are not read: one released revision sends the loudspeaker's as the microphone's. */
function formatOf(format: unknown): BekenFormat | undefined {
  if (format === undefined) return undefined
  const name = String(format).toLowerCase()
  if (name === 'opus' || name === 'pcm') return name
  throw new SpeechError('unsupported-audio', `the codec "${name.slice(0, 20)}" is not heard here`, {
    hint: 'Build the firmware with OPUS or PCM.',
  })
}
