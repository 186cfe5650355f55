import { SpeechError } from '@sensevoice-web/engine'

/** u16 magic, u16 flags, u32 timestamp, u16 sequence, u16 payload length, u8 CRC, 3 reserved; little-endian. */
const HEADER_BYTES = 16
const MAGIC = 0xf0d5

/**
 * The sound in a binary message. Its CRC is not looked at: devices send 0 there, and the connection has a checksum of its own.
 *
 * @throws SpeechError `invalid-argument` when it is no frame
 */
export function readBekenFrame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length <= HEADER_BYTES || view.getUint16(0, true) !== MAGIC) {
    throw new SpeechError(
      'invalid-argument',
      `a frame begins with a header of ${HEADER_BYTES} bytes and the number 0xF0D5`,
    )
  }
  const length = view.getUint16(10, true)
  if (HEADER_BYTES + length !== bytes.length) {
    throw new SpeechError(
      'invalid-argument',
      `a frame says ${length} bytes of sound and holds ${bytes.length - HEADER_BYTES}`,
    )
  }
  return bytes.subarray(HEADER_BYTES)
}

/**
 * Sound as a device sends it, its CRC 0 as in the firmware.
 *
 * @param payload 1 to 65535 bytes
 * @param sequence counts on by one, and begins again behind 65535
 * @throws SpeechError `invalid-argument` when the payload does not fit
 */
export function packBekenFrame(
  payload: Uint8Array,
  { sequence, timestampMs }: { readonly sequence: number; readonly timestampMs: number },
): Uint8Array<ArrayBuffer> {
  if (payload.length === 0 || payload.length > 0xffff) {
    throw new SpeechError('invalid-argument', `a frame holds 1 to 65535 bytes, got ${payload.length}`)
  }
  const bytes = new Uint8Array(HEADER_BYTES + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, MAGIC, true)
  view.setUint32(4, timestampMs, true)
  view.setUint16(8, sequence, true)
  view.setUint16(10, payload.length, true)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}
