/** One stretch of mono sound on its way to the listener. The buffer of `samples` is transferred and comes back by `RecycleMessage`. */
export interface AudioMessage {
  readonly type: 'audio'
  /** As large as the sender's buffers are; only the first `length` values are sound. */
  readonly samples: Float32Array
  readonly length: number
  /** Position of `samples[0]` on the sender's own clock, in frames at the source's rate. A jump means lost sound. */
  readonly startFrame: number
}

/** The sender has nothing more to say. */
export interface EndMessage {
  readonly type: 'end'
}

/** What flows over the port to the listener, from the worklet or from the page. */
export type AudioPortMessage = AudioMessage | EndMessage

/** The listener is done with a buffer: the sender may fill it again. Also the credit that holds a fast sender back. */
export interface RecycleMessage {
  readonly type: 'recycle'
  readonly samples: Float32Array
}

/** The listener wants what the sender still holds, then an `end`. */
export interface FlushMessage {
  readonly type: 'flush'
}

/** What flows back. */
export type AudioPortReply = RecycleMessage | FlushMessage

/** Name under which the worklet registers its processor. */
export const CAPTURE_PROCESSOR = 'sensevoice-capture'

/** What the page tells the worklet over the node's own port: where to send the sound. */
export interface ConnectMessage {
  readonly type: 'connect'
  readonly port: MessagePort
}
