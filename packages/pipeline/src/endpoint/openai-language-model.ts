import { SpeechError } from '@sensevoice-web/engine'
import type OpenAI from 'openai'
import type { Stream } from 'openai/streaming'
import type { ChatMessage, LanguageModel } from '../reply/language-model.ts'
import { type OpenAiEndpoint, openAiClient } from './openai-endpoint.ts'
import { openAiFailure } from './openai-failure.ts'

/** How long the end of a finished reply is waited for, so that its connection can be used again. */
const LINGER_MS = 1000

/** Any endpoint with OpenAI's chat completions, streamed. */
export class OpenAiLanguageModel implements LanguageModel {
  readonly #client: OpenAI
  readonly #endpoint: OpenAiEndpoint

  /** @throws SpeechError `invalid-argument`, `not-supported` in a page */
  constructor(endpoint: OpenAiEndpoint) {
    this.#client = openAiClient(endpoint)
    this.#endpoint = endpoint
  }

  /**
   * @throws SpeechError `network` (retryable) when the endpoint fails, cannot be reached or stops in the middle; `busy` when it has too many
   * requests; `invalid-argument` when it refuses the key or the request; `closed` when `signal` was aborted
   */
  async *reply(messages: readonly ChatMessage[], signal: AbortSignal): AsyncGenerator<string, void> {
    let stream: Stream<OpenAI.ChatCompletionChunk> | undefined
    let finished = false
    try {
      stream = await this.#open(messages, signal)
      const chunks = stream[Symbol.asyncIterator]()
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
        const choice = next.value.choices?.[0]
        if (typeof choice?.delta?.content === 'string' && choice.delta.content !== '')
          yield choice.delta.content
        if (choice?.finish_reason === null || choice?.finish_reason === undefined) continue
        finished = true
        void drained(chunks, stream.controller)
        return
      }
    } catch (error) {
      throw openAiFailure('language model', error)
    } finally {
      if (!finished) stream?.controller.abort()
    }
    if (signal.aborted) throw new SpeechError('closed', 'the language model was cancelled')
    throw new SpeechError('network', 'the reply of the language model ended in the middle', {
      hint: 'Look whether something between here and the endpoint cuts long answers.',
      retryable: true,
    })
  }

  #open(messages: readonly ChatMessage[], signal: AbortSignal): Promise<Stream<OpenAI.ChatCompletionChunk>> {
    const { model, request } = this.#endpoint
    return this.#client.chat.completions.create(
      { ...request, model, messages: [...messages], stream: true },
      { signal },
    )
  }
}

async function drained(chunks: AsyncIterator<unknown>, controller: AbortController): Promise<void> {
  const timer = setTimeout(() => controller.abort(), LINGER_MS)
  try {
    while ((await chunks.next()).done !== true);
  } catch {
    // The reply was whole; how its connection ends changes nothing.
  } finally {
    clearTimeout(timer)
  }
}
