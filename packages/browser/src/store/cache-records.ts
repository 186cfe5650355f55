import { type ByteSource, blobSource } from '@sensevoice-web/onnx'

/** A file in a cache: numbered parts, and a record that names them. Its record is put in one step, so a file is there as a whole or not. */
export interface FileRecord {
  /** Under which its parts lie; another for every file that was ever begun. */
  readonly generation: string
  /** Bytes of each part. */
  readonly parts: readonly number[]
  readonly tag?: string
}

/** Addresses that nobody can ask for: they are keys, nothing is fetched from them. */
const BASE = 'https://stored.invalid/'

export async function readRecord(
  cache: Cache,
  name: string,
  partial: boolean,
): Promise<FileRecord | undefined> {
  const response = await cache.match(recordKey(name, partial))
  return response && ((await response.json()) as FileRecord)
}

export async function writeRecord(
  cache: Cache,
  name: string,
  partial: boolean,
  record: FileRecord,
): Promise<void> {
  await cache.put(recordKey(name, partial), new Response(JSON.stringify(record)))
}

export async function removeRecord(cache: Cache, name: string, partial: boolean): Promise<void> {
  await cache.delete(recordKey(name, partial))
}

export async function readPart(
  cache: Cache,
  name: string,
  generation: string,
  index: number,
): Promise<Uint8Array> {
  const response = await cache.match(partKey(name, generation, index))
  if (response === undefined) throw new DOMException('a part is not there any more', 'NotFoundError')
  return new Uint8Array(await response.arrayBuffer())
}

export async function writePart(
  cache: Cache,
  name: string,
  { generation, parts }: FileRecord,
  bytes: Uint8Array,
): Promise<void> {
  await cache.put(partKey(name, generation, parts.length), new Response(bytes as Uint8Array<ArrayBuffer>))
}

/** Deletes the parts of a file but those of one generation. */
export async function removeParts(cache: Cache, name: string, keep?: string): Promise<void> {
  for (const { url } of await cache.keys()) {
    const [, file, generation] = new URL(url).pathname.split('/').slice(1).map(decodeURIComponent)
    if (url.startsWith(`${BASE}part/`) && file === name && generation !== keep) await cache.delete(url)
  }
}

export async function removeFile(cache: Cache, name: string): Promise<void> {
  await removeRecord(cache, name, false)
  await removeRecord(cache, name, true)
  await removeParts(cache, name)
}

/** Files that have a record, finished or partial. */
export async function fileNames(cache: Cache): Promise<readonly { name: string; partial: boolean }[]> {
  return (await cache.keys()).flatMap(({ url }) => {
    const [kind, name] = new URL(url).pathname.split('/').slice(1).map(decodeURIComponent)
    if (name === undefined || (kind !== 'file' && kind !== 'partial')) return []
    return [{ name, partial: kind === 'partial' }]
  })
}

/**
 * A finished file as one Blob over its parts: browsers leave the bytes where they are until a range is read. Undefined where the browser has
 * lost a part.
 */
export async function openFile(
  cache: Cache,
  name: string,
  { generation, parts }: FileRecord,
): Promise<ByteSource | undefined> {
  const blobs = await Promise.all(
    parts.map(async (_, index) => await (await cache.match(partKey(name, generation, index)))?.blob()),
  )
  return blobs.every((blob) => blob !== undefined) ? blobSource(new Blob(blobs)) : undefined
}

function recordKey(name: string, partial: boolean): string {
  return `${BASE}${partial ? 'partial' : 'file'}/${encodeURIComponent(name)}`
}

function partKey(name: string, generation: string, index: number): string {
  return `${BASE}part/${encodeURIComponent(name)}/${generation}/${index}`
}
