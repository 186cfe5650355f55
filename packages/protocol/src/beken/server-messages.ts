import type { SpeechResult } from '@sensevoice-web/engine'
import { DEVICE_REPLY_BYTES } from '../device/device-reply.ts'
import { byteLength, fitted } from '../fitted.ts'

/** Answers without anything of an utterance in them. */
export const BEKEN = {
  hello: JSON.stringify({ type: 'hello_response', code: 200, msg: 'ok' }),
  updated: JSON.stringify({ type: 'session.updated' }),
  committed: JSON.stringify({ type: 'input_audio_buffer.committed' }),
  created: JSON.stringify({ type: 'response.created' }),
  /** The sound of the answer, if there is any, is over: the device goes back to listening. */
  done: JSON.stringify({ type: 'response.audio.done' }),
} as const

/** A sentence whose sound follows, for the device's screen; under 4096 bytes. */
export function writeBekenSentence(text: string): string {
  return fitted({ type: 'reply_text', text }, 'text', DEVICE_REPLY_BYTES)
}

/** One utterance, each message under 4096 bytes: its text for the device's screen, and everything else for firmware that looks at it. */
export function writeBekenResult(result: SpeechResult): readonly string[] {
  const { tokens: _tokens, ...payload } = result
  const custom = JSON.stringify({ type: 'custom', payload })
  const short = { type: 'custom', payload: { ...payload, text: '' }, truncated: ['text'] }
  return [
    fitted({ type: 'request_text', text: result.text }, 'text', DEVICE_REPLY_BYTES),
    byteLength(custom) <= DEVICE_REPLY_BYTES ? custom : JSON.stringify(short),
  ]
}
