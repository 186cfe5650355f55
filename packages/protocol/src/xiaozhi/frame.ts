import { SpeechError } from '@sensevoice-web/engine'
import type { XiaozhiVersion } from './client-messages.ts'

/** u16 version, u16 type, u32 reserved, u32 timestamp, u32 payload length; big-endian. */
const HEADER_2_BYTES = 16
/** u8 type, u8 reserved, u16 payload length; big-endian. */
const HEADER_3_BYTES = 4
const OPUS = 0

/**
 * The Opus packet in a binary message; undefined when it holds something else (version 2 and 3 may carry JSON).
 *
 * @throws SpeechError `invalid-argument` when the header does not fit the message
 */
export function readXiaozhiFrame(bytes: Uint8Array, version: XiaozhiVersion): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (version) {
    case 1:
      return bytes
    case 2:
      atLeast(bytes, HEADER_2_BYTES)
      return view.getUint16(2) === OPUS ? payload(bytes, HEADER_2_BYTES, view.getUint32(12)) : undefined
    case 3:
      atLeast(bytes, HEADER_3_BYTES)
      return view.getUint8(0) === OPUS ? payload(bytes, HEADER_3_BYTES, view.getUint16(2)) : undefined
  }
}

/**
 * An Opus packet as a device sends it.
 *
 * @param packet 65535 bytes at most in version 3
 * @param timestampMs when its first sample was heard; only version 2 carries it
 * @throws SpeechError `invalid-argument` when the packet is too long for its header
 */
export function packXiaozhiFrame(
  packet: Uint8Array,
  version: XiaozhiVersion,
  timestampMs: number,
): Uint8Array<ArrayBuffer> {
  if (version === 1) return Uint8Array.from(packet)
  const header = version === 2 ? HEADER_2_BYTES : HEADER_3_BYTES
  const bytes = new Uint8Array(header + packet.length)
  const view = new DataView(bytes.buffer)
  if (version === 2) {
    view.setUint16(0, version)
    view.setUint32(8, timestampMs)
    view.setUint32(12, packet.length)
  } else {
    if (packet.length > 0xffff) {
      throw new SpeechError('invalid-argument', `a packet has 65535 bytes at most, got ${packet.length}`)
    }
    view.setUint16(2, packet.length)
  }
  bytes.set(packet, header)
  return bytes
}

function atLeast(bytes: Uint8Array, length: number): void {
  if (bytes.length < length)
    throw new SpeechError(
      'invalid-argument',
      `a frame has a header of ${length} bytes, got ${bytes.length} bytes`,
    )
}

function payload(bytes: Uint8Array, header: number, length: number): Uint8Array {
  if (header + length === bytes.length) return bytes.subarray(header)
  throw new SpeechError(
    'invalid-argument',
    `a frame says ${length} bytes of sound and holds ${bytes.length - header}`,
  )
}
