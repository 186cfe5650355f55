import type { ChatMessage } from '../reply/language-model.ts'

/** The newest turns of a conversation, as the language model is told them. A turn of which nothing was handed out is not among them. */
export class History {
  readonly #turns: number
  #messages: readonly ChatMessage[] = []

  /** @param turns most that are remembered, 0 or more */
  constructor(turns: number) {
    this.#turns = turns
  }

  /** Oldest first: what was said and what was answered, in turns. */
  get messages(): readonly ChatMessage[] {
    return this.#messages
  }

  /** @param answer as far as it was handed out */
  add(prompt: string, answer: string): void {
    if (answer === '' || this.#turns === 0) return
    const turn: readonly ChatMessage[] = [
      { role: 'user', content: prompt },
      { role: 'assistant', content: answer },
    ]
    this.#messages = [...this.#messages, ...turn].slice(-2 * this.#turns)
  }

  clear(): void {
    this.#messages = []
  }
}
