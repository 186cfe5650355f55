import type { Emotion, SpeechError, SpeechResult } from '@sensevoice-web/engine'
import { DEVICE_REPLY_BYTES } from '../device/device-reply.ts'
import { errorWords } from '../device/error-words.ts'
import { byteLength, fitted } from '../fitted.ts'

/** By the names that xiaozhi firmware has faces for. */
const FACES: Readonly<Record<Emotion | 'unknown', { readonly emotion: string; readonly face: string }>> = {
  neutral: { emotion: 'neutral', face: '😶' },
  happy: { emotion: 'happy', face: '🙂' },
  sad: { emotion: 'sad', face: '😔' },
  angry: { emotion: 'angry', face: '😠' },
  surprised: { emotion: 'surprised', face: '😯' },
  fearful: { emotion: 'shocked', face: '😱' },
  disgusted: { emotion: 'confused', face: '😕' },
  unknown: { emotion: 'neutral', face: '😶' },
}
/** From here on an emotion is more likely unknown than not. */
const UNSURE = 0.5

/** @param sampleRate of the sound that the server sends, in Hz */
export function writeXiaozhiHello(session: string, sampleRate = 16_000): string {
  const audio_params = { format: 'opus', sample_rate: sampleRate, channels: 1, frame_duration: 60 }
  return JSON.stringify({ type: 'hello', transport: 'websocket', session_id: session, audio_params })
}

/** What one utterance is answered with, each under 4096 bytes: its text, a face, and everything else for firmware that looks at it. */
export function writeXiaozhiResult(session: string, result: SpeechResult): readonly string[] {
  const { emotion, face } = FACES[result.emotionUnknown > UNSURE ? 'unknown' : result.emotion]
  const { tokens: _tokens, ...payload } = result
  const custom = JSON.stringify({ type: 'custom', session_id: session, payload })
  // A text that long stands in `stt` already.
  const short = {
    type: 'custom',
    session_id: session,
    payload: { ...payload, text: '' },
    truncated: ['text'],
  }
  return [
    fitted({ type: 'stt', session_id: session, text: result.text }, 'text', DEVICE_REPLY_BYTES),
    JSON.stringify({ type: 'llm', session_id: session, emotion, text: face }),
    byteLength(custom) <= DEVICE_REPLY_BYTES ? custom : JSON.stringify(short),
  ]
}

/**
 * What a device shows in place of an utterance that gets no result; under 4096 bytes.
 *
 * @param retryAfterMs only when the server is overloaded
 */
export function writeXiaozhiAlert(session: string, error: SpeechError, retryAfterMs?: number): string {
  const alert = {
    type: 'alert',
    session_id: session,
    status: error.code,
    message: errorWords(error),
    emotion: FACES.sad.emotion,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: Math.round(retryAfterMs) }),
  }
  return fitted(alert, 'message', DEVICE_REPLY_BYTES)
}

/** What the server says around the sound of a reply: `start`, for each sentence its face and `sentence_start`, `stop`. */
export function writeXiaozhiTts(session: string, state: 'start' | 'stop'): string {
  return JSON.stringify({ type: 'tts', session_id: session, state })
}

/** A sentence whose sound follows, and the face to it; each under 4096 bytes. */
export function writeXiaozhiSentence(session: string, text: string, emotion: Emotion): readonly string[] {
  const sentence = { type: 'tts', session_id: session, state: 'sentence_start', text }
  const face = FACES[emotion]
  return [
    JSON.stringify({ type: 'llm', session_id: session, emotion: face.emotion, text: face.face }),
    fitted(sentence, 'text', DEVICE_REPLY_BYTES),
  ]
}

/** What stock firmware asks for at its start; it then comes to `url` with that token. */
export function xiaozhiOta(url: string, token: string, nowMs: number): object {
  return {
    server_time: { timestamp: nowMs, timezone_offset: 0 },
    // An empty address: nothing is to be installed.
    firmware: { version: '0.0.0', url: '' },
    websocket: { url, token },
  }
}
