// The few names of the AudioWorkletGlobalScope that the capture processor uses; TypeScript ships no lib for this realm.

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort
  abstract process(
    inputs: readonly (readonly Float32Array[])[],
    outputs: readonly (readonly Float32Array[])[],
  ): boolean
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void

/** Frames rendered since the context was made; grows by 128 per quantum and stands still while it is suspended. */
declare const currentFrame: number

interface MessageEvent<Data = unknown> {
  readonly data: Data
}

interface MessagePort {
  onmessage: ((event: MessageEvent) => void) | null
  postMessage(message: unknown, transfer?: readonly unknown[]): void
  close(): void
}
