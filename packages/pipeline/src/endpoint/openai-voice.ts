import { SpeechError } from '@sensevoice-web/engine'
import type OpenAI from 'openai'
import type { SpeechPiece, Voice } from '../speech/voice.ts'
import { type OpenAiEndpoint, openAiClient } from './openai-endpoint.ts'
import { openAiFailure } from './openai-failure.ts'
import { PcmBytes } from './pcm-bytes.ts'

export interface OpenAiVoiceEndpoint extends OpenAiEndpoint {
  /** Name of the voice. */
  readonly voice: string
  /** Of the endpoint's raw PCM, in Hz. Default 24000, as OpenAI has it. */
  readonly sampleRate?: number
}

/** Any endpoint with OpenAI's speech request; asks for raw PCM, and passes it on as it comes. */
export class OpenAiVoice implements Voice {
  readonly #client: OpenAI
  readonly #endpoint: OpenAiVoiceEndpoint
  readonly #sampleRate: number

  /** @throws SpeechError `invalid-argument`, `not-supported` in a page */
  constructor(endpoint: OpenAiVoiceEndpoint) {
    this.#client = openAiClient(endpoint)
    this.#endpoint = endpoint
    this.#sampleRate = endpoint.sampleRate ?? 24_000
    if (!Number.isSafeInteger(this.#sampleRate) || this.#sampleRate < 8000 || this.#sampleRate > 96_000) {
      throw new SpeechError(
        'invalid-argument',
        `sampleRate must be a whole number in [8000, 96000], got ${this.#sampleRate}`,
      )
    }
  }

  /**
   * @throws SpeechError `network` (retryable) when the endpoint fails, cannot be reached or stops in the middle; `busy` when it has too many
   * requests; `invalid-argument` when it refuses the key or the request; `unsupported-audio` when it sends something else than PCM; `closed`
   * when `signal` was aborted
   */
  async *speak(text: string, signal: AbortSignal): AsyncGenerator<SpeechPiece, void> {
    const { model, voice, request } = this.#endpoint
    try {
      const response = await this.#client.audio.speech.create(
        { ...request, model, voice, input: text, response_format: 'pcm' },
        { signal },
      )
      const bytes = new PcmBytes(response.headers.get('content-type'))
      if (response.body === null) return
      for await (const chunk of response.body) {
        const pcm = bytes.push(chunk)
        if (pcm.length > 0) yield { pcm, sampleRate: this.#sampleRate }
      }
    } catch (error) {
      if (signal.aborted) throw new SpeechError('closed', 'the voice was cancelled')
      throw openAiFailure('voice', error)
    }
  }
}
