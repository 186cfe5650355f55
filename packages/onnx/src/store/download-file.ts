import { SpeechError } from '@sensevoice-web/engine'
import { wait as realWait } from './back-off.ts'
import { downloadFailed, type MirrorFailure } from './download-failed.ts'
import type { DownloadOptions } from './download-options.ts'
import { Mirror } from './mirror.ts'
import { Transfer } from './transfer.ts'

const STALL_MS = 30_000
const ATTEMPTS = 5

export interface DownloadedFile {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Downloads a file into `partial` and finishes it. Goes on from what `partial` holds; asks again after cuts, stalls and "later"; takes the
 * next address when one fails. The hash runs along with the bytes, so the file is never read twice nor held in memory.
 *
 * On every failure but a wrong hash `partial` keeps its bytes for the next time; it is left open.
 *
 * @throws SpeechError `network`, `model-not-found`, `model-corrupt` (size, hash, or a wrong file at every address), and what `partial` throws;
 *   the signal's reason when aborted
 */
export async function downloadFile(options: DownloadOptions): Promise<DownloadedFile> {
  const { urls, partial, sha256, signal, stallMs = STALL_MS, attempts = ATTEMPTS } = options
  signal?.throwIfAborted()
  const transfer = new Transfer(options)
  await transfer.takeUp(urls)
  const failures: MirrorFailure[] = []
  for (const url of urls) {
    const mirror = new Mirror(url, transfer, {
      fetch: options.fetch,
      stallMs,
      attempts,
      wait: options.wait ?? realWait,
      signal,
    })
    const failure = await mirror.fetch()
    if (failure !== undefined) {
      failures.push({ url, error: failure })
      continue
    }
    const file = { bytes: partial.bytes, sha256: transfer.hash() }
    if (sha256 !== undefined && file.sha256 !== sha256) {
      throw new SpeechError('model-corrupt', 'a file was taken whose hash is wrong')
    }
    await partial.finish()
    return file
  }
  throw downloadFailed(options.what, failures)
}
