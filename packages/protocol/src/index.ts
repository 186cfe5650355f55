export * from './beken/client-messages.ts'
export * from './beken/frame.ts'
export * from './beken/server-messages.ts'
export * from './device/device-reply.ts'
export * from './device/device-request.ts'
export * from './device/five-emotions.ts'
export * from './fields.ts'
export * from './first-message.ts'
export * from './stream/client-messages.ts'
export * from './stream/event-message.ts'
export * from './stream/frame.ts'
export * from './stream/reply-event.ts'
export * from './stream/reply-frame.ts'
export {
  deserializeReply,
  type ReplyMessage,
  type SerializedReplyEvent,
  writeReply,
} from './stream/reply-message.ts'
export * from './stream/server-messages.ts'
export * from './stream/stream-client.ts'
export * from './stream/stream-client-options.ts'
export type { WebSocketClass, WebSocketLike } from './stream/web-socket-like.ts'
export * from './xiaozhi/client-messages.ts'
export * from './xiaozhi/frame.ts'
export * from './xiaozhi/server-messages.ts'
