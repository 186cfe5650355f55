/** STREAMINFO is always the first metadata block: "fLaC", a block header of 4 bytes, then its fields. */
const TOTAL_SAMPLES_AT = 4 + 4 + 13

/** @returns samples of a channel as the file's header says; undefined where it does not tell (streams) */
export function flacTotalSamples(bytes: Uint8Array): number | undefined {
  if (bytes.length < TOTAL_SAMPLES_AT + 5) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const high = view.getUint8(TOTAL_SAMPLES_AT) & 0x0f
  const total = high * 2 ** 32 + view.getUint32(TOTAL_SAMPLES_AT + 1)
  return total === 0 ? undefined : total
}
