/** The packets of an Ogg Opus file without its two headers, put together from the pages' segments. */
export function opusPackets(file: Buffer): Buffer[] {
  const packets: Buffer[] = []
  let packet: Buffer[] = []
  for (let at = 0; at < file.length; ) {
    const segments = file.subarray(at + 27, at + 27 + (file[at + 26] as number))
    at += 27 + segments.length
    for (const length of segments) {
      packet.push(file.subarray(at, at + length))
      at += length
      if (length === 255) continue
      packets.push(Buffer.concat(packet))
      packet = []
    }
  }
  return packets.slice(2)
}
