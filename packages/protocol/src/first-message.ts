import { Fields } from './fields.ts'

/** How a client speaks: see docs/protocol.md. */
export type Dialect = 'device' | 'stream' | 'xiaozhi' | 'beken'

/**
 * Tells a client's dialect by the first thing it says. Binary data comes first in none.
 *
 * @throws SpeechError `invalid-argument`
 */
export function dialectOf(first: string): Dialect {
  const message = Fields.parse('the first message', first)
  if (message.raw('type') === 'hello' && message.raw('protocol') === 'sensevoice') return 'stream'
  if (message.raw('type') === 'hello' && message.raw('transport') === 'websocket') return 'xiaozhi'
  if (message.raw('type') === 'session.update') return 'beken'
  if (message.raw('type') === 'hello' && (message.has('config') || message.has('interact_mode')))
    return 'beken'
  if (message.has('audio')) return 'device'
  throw message.wrong(
    'type',
    'is of no protocol that is spoken here: send a "hello", or an object with "audio"',
  )
}
