import { SpeechError } from '../errors.ts'
import { looksLike, printable } from './wav-sniff.ts'

const RIFF_HEADER_BYTES = 12
const CHUNK_HEADER_BYTES = 8
/** Size that stands for "see the ds64 chunk" in RF64, and for "not known yet" in RIFF. */
const UNKNOWN_SIZE = 0xffff_ffff

/** The two chunks that make sound, as views into the file. */
export interface WavChunks {
  readonly format: DataView
  readonly data: DataView
}

/**
 * Finds `fmt ` and `data`; other chunks are skipped. RIFF, and RF64 or BW64 with a ds64 chunk.
 *
 * @param bytes the whole file
 * @throws SpeechError `invalid-wav` naming what is wrong with the container
 */
export function findWavChunks(bytes: Uint8Array): WavChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const container = containerOf(bytes, view)
  const riffSize = view.getUint32(4, true)
  let format: DataView | undefined
  let longDataBytes: number | undefined
  let at = RIFF_HEADER_BYTES
  while (at + CHUNK_HEADER_BYTES <= bytes.length) {
    const id = fourCharacters(view, at)
    const size = view.getUint32(at + 4, true)
    const start = at + CHUNK_HEADER_BYTES
    if (id === 'data') {
      if (format === undefined) throw wrong('the "fmt " chunk is missing in front of the "data" chunk')
      return { format, data: dataView(view, start, size, riffSize, longDataBytes) }
    }
    if (start + size > bytes.length) {
      throw truncated(`the "${printable(id)}" chunk says ${size} bytes, ${bytes.length - start} follow`)
    }
    if (id === 'fmt ') format = new DataView(view.buffer, view.byteOffset + start, size)
    if (id === 'ds64' && container !== 'RIFF') longDataBytes = longSize(view, start, size)
    at = start + size + (size % 2)
  }
  const missing = format === undefined ? '"fmt " and "data" chunks are' : '"data" chunk is'
  throw riffSize + CHUNK_HEADER_BYTES > bytes.length && riffSize !== UNKNOWN_SIZE
    ? truncated(`the ${missing} missing: the file says ${riffSize + 8} bytes and has ${bytes.length}`)
    : wrong(`the ${missing} missing`)
}

function containerOf(bytes: Uint8Array, view: DataView): string {
  if (bytes.length === 0) throw wrong('the file is empty')
  const name = bytes.length < RIFF_HEADER_BYTES ? '' : fourCharacters(view, 0)
  const known = ['RIFF', 'RF64', 'BW64'].includes(name)
  if (known && fourCharacters(view, 8) === 'WAVE') return name
  const look = looksLike(bytes)
  if (bytes.length < RIFF_HEADER_BYTES && look === undefined) {
    throw truncated(`${bytes.length} bytes are fewer than the ${RIFF_HEADER_BYTES} of a header`)
  }
  throw new SpeechError(
    'invalid-wav',
    look === undefined
      ? 'not a WAV file: it does not begin with RIFF and WAVE'
      : `not a WAV file but ${look}`,
    { hint: 'Convert it to 16-bit PCM WAV, or open it where a browser can decode it.' },
  )
}

function dataView(
  view: DataView,
  start: number,
  size: number,
  riffSize: number,
  longDataBytes: number | undefined,
): DataView {
  const available = view.byteLength - start
  const bytes = size === UNKNOWN_SIZE && longDataBytes !== undefined ? longDataBytes : size
  const neverFilledIn =
    bytes === UNKNOWN_SIZE || (bytes === 0 && available > 0 && !riffEndsHere(riffSize, start, view))
  if (neverFilledIn) {
    throw new SpeechError(
      'invalid-wav',
      `the size of the "data" chunk was never filled in: it says ${bytes}, ${available} bytes follow`,
      {
        hint: 'The file was written as a stream, or its recorder was stopped hard: write it to a file and not to a pipe, or repair the header.',
      },
    )
  }
  if (bytes > available) throw truncated(`the "data" chunk says ${bytes} bytes, ${available} follow`)
  return new DataView(view.buffer, view.byteOffset + start, bytes)
}

/** True for a "data" chunk that is empty on purpose: other chunks follow it, and the RIFF size counts them. */
function riffEndsHere(riffSize: number, start: number, view: DataView): boolean {
  return riffSize + CHUNK_HEADER_BYTES > start && riffSize + CHUNK_HEADER_BYTES <= view.byteLength
}

function longSize(view: DataView, start: number, size: number): number {
  if (size < 16) throw wrong(`the "ds64" chunk has ${size} bytes, expected 24 or more`)
  return Number(view.getBigUint64(start + 8, true))
}

function fourCharacters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(at + index)))
}

function wrong(what: string): SpeechError {
  return new SpeechError('invalid-wav', `broken WAV file: ${what}`, {
    hint: 'Write the file again with another program.',
  })
}

function truncated(what: string): SpeechError {
  return new SpeechError('invalid-wav', `truncated WAV file: ${what}`, {
    hint: 'The copy or download ended early: fetch the file again.',
  })
}
