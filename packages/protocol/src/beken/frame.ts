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
