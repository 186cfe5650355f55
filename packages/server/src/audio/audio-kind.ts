/** Compressed formats that are decoded; everything else goes to the WAV reader, which names what it is not. */
export type CompressedKind = 'flac' | 'mp3' | 'ogg-opus' | 'ogg-vorbis'

/** The first Ogg page holds the codec's identification packet well within this. */
const OGG_START_BYTES = 512

/** Tells by the first bytes, never by the file's name. */
export function compressedKindOf(bytes: Uint8Array): CompressedKind | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, OGG_START_BYTES))
  if (start.startsWith('fLaC')) return 'flac'
  if (start.startsWith('ID3')) return 'mp3'
  if (start.startsWith('OggS')) {
    if (start.includes('OpusHead')) return 'ogg-opus'
    if (start.includes('\x01vorbis')) return 'ogg-vorbis'
    return undefined
  }
  const [first = 0, second = 0] = bytes
  // Eleven ones begin an MPEG frame; layer 0 is AAC in ADTS.
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 ? 'mp3' : undefined
}
