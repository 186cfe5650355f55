import { SpeechError } from '@sensevoice-web/engine'

/** Bytes in front of the sound: kind, three zeros, sequence number. */
export const FRAME_HEADER_BYTES = 8
const SOUND = 1
/** 2 s at 48 kHz. */
export const MOST_FRAME_BYTES = FRAME_HEADER_BYTES + 2 * 48_000 * 2

/** One piece of sound on its way to the server. */
export interface SoundFrame {
  readonly sequence: number
  /** PCM16 little-endian, or one Opus packet. Shares memory with the message it came in. */
  readonly payload: Uint8Array
}

/** @param sequence from 0 on, one by one */
export function packFrame(sequence: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, SOUND)
  view.setUint32(4, sequence, true)
  bytes.set(payload, FRAME_HEADER_BYTES)
  return bytes
}

/** @throws SpeechError `invalid-argument` */
export function readFrame(bytes: Uint8Array): SoundFrame {
  if (bytes.length <= FRAME_HEADER_BYTES) {
    throw wrong(
      `a frame has a header of ${FRAME_HEADER_BYTES} bytes and sound behind it, got ${bytes.length} bytes`,
    )
  }
  if (bytes.length > MOST_FRAME_BYTES)
    throw wrong(`a frame has ${MOST_FRAME_BYTES} bytes at most, got ${bytes.length}`)
  if (bytes[0] !== SOUND || bytes[1] !== 0 || bytes[2] !== 0 || bytes[3] !== 0) {
    throw wrong('a frame begins with the bytes 1, 0, 0, 0')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { sequence: view.getUint32(4, true), payload: bytes.subarray(FRAME_HEADER_BYTES) }
}

function wrong(what: string): SpeechError {
  return new SpeechError('invalid-argument', what)
}
