import { SpeechError } from '@sensevoice-web/engine'

/** u8 kind (2), 3 zeros, u32 turn, u32 first sample; little-endian. */
export const REPLY_HEADER_BYTES = 12
const REPLY = 2

/** A piece of a reply's sound on its way to the client. */
export interface ReplyFrame {
  readonly turn: number
  /** Of its first sample, since the first one of the turn. */
  readonly startSamples: number
  readonly pcm: Int16Array
}

export function packReplyFrame({ turn, startSamples, pcm }: ReplyFrame): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(REPLY_HEADER_BYTES + 2 * pcm.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, REPLY)
  view.setUint32(4, turn, true)
  view.setUint32(8, startSamples, true)
  for (const [at, sample] of pcm.entries()) view.setInt16(REPLY_HEADER_BYTES + 2 * at, sample, true)
  return bytes
}

/** @throws SpeechError `invalid-argument` when it is no such frame */
export function readReplyFrame(bytes: Uint8Array): ReplyFrame {
  const soundBytes = bytes.length - REPLY_HEADER_BYTES
  if (soundBytes <= 0 || soundBytes % 2 !== 0 || bytes[0] !== REPLY) {
    throw new SpeechError(
      'invalid-argument',
      `a frame of the server has a header of ${REPLY_HEADER_BYTES} bytes that begins with 2, and whole samples`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    turn: view.getUint32(4, true),
    startSamples: view.getUint32(8, true),
    pcm: Int16Array.from({ length: soundBytes / 2 }, (_, at) =>
      view.getInt16(REPLY_HEADER_BYTES + 2 * at, true),
    ),
  }
}
