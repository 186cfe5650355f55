/** One message of a chat, as language models take them. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/** Plug point: whatever answers a chat piece by piece. */
export interface LanguageModel {
  /**
   * @param messages oldest first, the utterance to answer last
   * @param signal aborted when nobody wants the answer any more: stop at once and free what is held
   * @returns pieces of the answer as they come; throws when the answer is not whole
   */
  reply(messages: readonly ChatMessage[], signal: AbortSignal): AsyncIterable<string>
}
