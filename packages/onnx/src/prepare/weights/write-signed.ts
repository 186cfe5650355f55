import type { ByteSource } from '../byte-source.ts'
import { allLinears } from './linears.ts'
import type { SenseVoiceWeights } from './sense-voice-weights.ts'

/** Takes the next bytes of a file; resolves when more may come. They are not used after that. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>

const CHUNK_BYTES = 1 << 22

/**
 * Writes the published file once more with every matrix shifted from uint8 to int8 (minus 128, which flips the highest bit), everything at its old
 * offset. Processors with an 8-bit dot product multiply unsigned by signed numbers: with both unsigned onnxruntime takes a slower way.
 */
export async function writeSigned(
  source: ByteSource,
  weights: SenseVoiceWeights,
  write: WriteBytes,
): Promise<void> {
  const ranges = allLinears(weights)
    .flatMap(({ quantized: { data } }) => (data.in === 'file' ? [data] : []))
    .sort((first, second) => first.offset - second.offset)
  let position = 0
  for (const { offset, length } of ranges) {
    await copy(source, position, offset, 0, write)
    await copy(source, offset, offset + length, 0x80, write)
    position = offset + length
  }
  await copy(source, position, source.byteLength, 0, write)
}

async function copy(
  source: ByteSource,
  begin: number,
  end: number,
  flip: number,
  write: WriteBytes,
): Promise<void> {
  for (let at = begin; at < end; at += CHUNK_BYTES) {
    const bytes = await source.read(at, Math.min(CHUNK_BYTES, end - at))
    await write(flip === 0 ? bytes : bytes.map((value) => value ^ flip))
  }
}
