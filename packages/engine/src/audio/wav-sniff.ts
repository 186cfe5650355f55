/** What a file that is no WAV begins with: offset, bytes (as Latin-1 characters) and the name people know it by. */
const SIGNATURES: readonly (readonly [offset: number, magic: string, name: string])[] = [
  [0, 'ID3', 'an MP3 file'],
  [0, 'OggS', 'an Ogg file (Vorbis or Opus)'],
  [0, 'fLaC', 'a FLAC file'],
  [0, '\x1aE\xdf\xa3', 'a WebM or Matroska file'],
  [4, 'ftyp', 'an MP4 or M4A file'],
  [0, 'FORM', 'an AIFF file'],
  [0, 'caff', 'a Core Audio file (CAF)'],
  [0, '.snd', 'a Sun audio file (AU)'],
  [0, '#!AMR', 'an AMR file'],
  [0, 'riff\x2e\x91\xcf\x11', 'a Sony Wave64 file'],
  [0, 'RIFX', 'a big-endian WAV file (RIFX)'],
  [0, '\x1f\x8b', 'a gzip archive'],
  [0, 'PK\x03\x04', 'a ZIP archive'],
  [0, 'version https://git-lfs', 'a Git LFS pointer instead of the file itself'],
]

/**
 * @param bytes start of a file
 * @returns what it looks like, e.g. `an MP3 file`, or undefined
 */
export function looksLike(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 64))
  const match = SIGNATURES.find(([offset, magic]) => start.startsWith(magic, offset))
  if (match !== undefined) return match[2]
  if (start.startsWith('RIFF') && start.length >= 12)
    return `a RIFF file of type "${printable(start.slice(8, 12))}"`
  // MPEG audio without tags: eleven ones, then ADTS (layer 0) or a layer of MP3.
  const [first = 0, second = 0] = bytes
  if (first === 0xff && (second & 0xe0) === 0xe0) {
    return (second & 0x06) === 0 ? 'an AAC file (ADTS)' : 'an MP3 file'
  }
  if (/^\s*<(!doctype html|html|\?xml|head|body)/i.test(start)) {
    return 'a web page or XML, perhaps an error page saved in place of the sound'
  }
  return /^\s*[{[]/.test(start) ? 'a JSON text' : undefined
}

/** Characters as they may stand in a message: what is not plain ASCII becomes a question mark. */
export function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?')
}
