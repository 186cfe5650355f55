import type { LanguageChoice, SegmenterOptions, SpeechError, SpeechEvent } from '@sensevoice-web/engine'
import type { HeardReply } from './reply-event.ts'
import type { WelcomeMessage } from './server-messages.ts'
import type { WebSocketClass } from './web-socket-like.ts'

/** How the connection is. `closed` is the end; with an error when it was not asked for. */
export type ConnectionState =
  | { readonly type: 'connecting' }
  | { readonly type: 'open'; readonly resumed: boolean; readonly model: WelcomeMessage['model'] }
  /** Sound is kept meanwhile. */
  | { readonly type: 'reconnecting'; readonly attempt: number }
  /** `lostMs`: sound that the server never took. */
  | { readonly type: 'closed'; readonly lostMs: number; readonly error?: SpeechError }

export interface StreamClientOptions {
  /** `wss://host/ws/device`; a token goes into its query as `token`, since browsers let pages set no header. */
  readonly url: string
  readonly WebSocket: WebSocketClass
  /** Hz, 8000 to 48000. */
  readonly sampleRate: number
  readonly language?: LanguageChoice
  readonly withItn?: boolean
  /** Changes to the segmenter's defaults; `whole`: no VAD, all sound is one segment. */
  readonly segmentation?: Partial<SegmenterOptions> | 'whole'
  /** Default true. False for finite sound: `drained` then holds its sender back. */
  readonly live?: boolean
  /** Default true. */
  readonly partials?: boolean
  /** The least distance of partials, 100 to 10000; default 400. */
  readonly partialIntervalMs?: number
  /** 1024 to 1048576 (65536): a result that would be longer comes without its tokens. */
  readonly maxMessageBytes?: number
  /** Called in order; each event comes once, however often the connection was cut. */
  readonly onEvent: (event: SpeechEvent) => void
  /** What was said is to be answered, spoken; `onReply` hears it. Only a server whose welcome has `reply` does. Default false. */
  readonly reply?: boolean
  /** Called in order. Events come once however often the connection was cut; sound that a cut has swallowed does not come again, and is told. */
  readonly onReply?: (reply: HeardReply) => void
  readonly onConnection?: (state: ConnectionState) => void
}
