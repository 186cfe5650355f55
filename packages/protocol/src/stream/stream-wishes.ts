import { SpeechError } from '@sensevoice-web/engine'
import type { HelloMessage, StreamChanges } from './client-messages.ts'
import type { StreamClientOptions } from './stream-client-options.ts'

/** What a hello says besides which protocol and session it is about. */
export type StreamWishes = Omit<HelloMessage, 'type' | 'protocol' | 'version' | 'resume'>

/** @throws SpeechError `sample-rate-unsupported` */
export function wishesOf(options: StreamClientOptions): StreamWishes {
  const {
    sampleRate,
    WebSocket: _WebSocket,
    url: _url,
    onEvent: _onEvent,
    onConnection: _tell,
    onReply: _onReply,
    ...wishes
  } = options
  if (!(sampleRate >= 8000 && sampleRate <= 48_000)) {
    throw new SpeechError('sample-rate-unsupported', `the wire takes 8000 to 48000 Hz, got ${sampleRate}`)
  }
  return { audio: { format: 'pcm16', sampleRate }, ...wishes }
}

/** The wishes as they are after `changes`; sound that is one segment stays that. */
export function changedWishes(wishes: StreamWishes, changes: StreamChanges): StreamWishes {
  const { segmentation, ...recognition } = changes
  const present = wishes.segmentation
  return {
    ...wishes,
    ...recognition,
    ...(segmentation === undefined || present === 'whole'
      ? {}
      : { segmentation: { ...present, ...segmentation } }),
  }
}
