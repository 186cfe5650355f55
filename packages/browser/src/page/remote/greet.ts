import { SpeechError } from '@sensevoice-web/engine'
import { StreamClient, type WelcomeMessage } from '@sensevoice-web/protocol'
import type { RemoteServer } from './remote-server.ts'

/**
 * Asks a server who it is: whether it is there, takes the token, which model it has, and whether it answers. No sound is sent.
 *
 * @throws SpeechError `network`, or what the server says is wrong; the signal's reason when aborted
 */
export async function greet(
  { url, host, patienceMs }: RemoteServer,
  signal: AbortSignal | undefined,
): Promise<WelcomeMessage> {
  signal?.throwIfAborted()
  const client = new StreamClient({ url, WebSocket, sampleRate: 16_000, onEvent: () => {} })
  const over = new AbortController()
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new SpeechError('network', `${host} has not answered for ${patienceMs} ms`, { retryable: true }),
          ),
        patienceMs,
      )
      over.signal.addEventListener('abort', () => clearTimeout(timer))
      signal?.addEventListener('abort', () => reject(signal.reason), { signal: over.signal })
      client.open().then(resolve, reject)
    })
  } finally {
    over.abort()
    client.close()
  }
}
