import type { SpeechError } from '@sensevoice-web/engine'

/** A promise with its ends outside. */
export interface Deferred<Value> {
  readonly promise: Promise<Value>
  resolve(value: Value): void
  reject(error: SpeechError): void
}

export function deferred<Value>(): Deferred<Value> {
  let resolve!: (value: Value) => void
  let reject!: (error: SpeechError) => void
  const promise = new Promise<Value>((resolved, rejected) => {
    resolve = resolved
    reject = rejected
  })
  // Whoever waits hears of it; whoever does not has `onConnection`.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
