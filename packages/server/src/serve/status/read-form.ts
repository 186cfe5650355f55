import type { IncomingMessage } from 'node:http'

const MOST_BYTES = 4096

/** The fields of a posted form; undefined when it is none, or is over 4 KiB. The server's own time limit ends one that never comes. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const form = /^application\/x-www-form-urlencoded(;|$)/i.test(request.headers['content-type'] ?? '')
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > MOST_BYTES) return undefined
    pieces.push(piece)
  }
  return form ? new URLSearchParams(Buffer.concat(pieces).toString('utf8')) : undefined
}
