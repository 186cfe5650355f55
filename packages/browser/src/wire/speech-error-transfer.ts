import {
  deserializeSpeechError,
  type SerializedSpeechError,
  SpeechError,
  serializeSpeechError,
} from '@sensevoice-web/engine'
import { type TransferHandler, transferHandlers } from 'comlink'

interface Thrown {
  readonly value: unknown
}

interface SerializedThrow {
  readonly speechError: SerializedSpeechError
}

const isSpeechThrow = (value: unknown): value is SerializedThrow =>
  typeof value === 'object' && value !== null && 'speechError' in value

/**
 * Makes comlink keep a `SpeechError` whole across threads: by itself it carries name, message and stack only, so that `code`, `hint`,
 * `retryable` and the cause would be lost. To be called once in every realm that talks over comlink.
 */
export function keepSpeechErrors(): void {
  const plain = transferHandlers.get('throw') as TransferHandler<Thrown, unknown> | undefined
  if (plain === undefined) throw new Error('this comlink has no handler for thrown values')
  const handler: TransferHandler<Thrown, unknown> = {
    canHandle: (value): value is Thrown => plain.canHandle(value),
    serialize: (thrown) =>
      thrown.value instanceof SpeechError
        ? [{ speechError: serializeSpeechError(thrown.value) }, []]
        : plain.serialize(thrown),
    deserialize: (data) => {
      if (isSpeechThrow(data)) throw deserializeSpeechError(data.speechError)
      return plain.deserialize(data)
    },
  }
  transferHandlers.set('throw', handler)
}
