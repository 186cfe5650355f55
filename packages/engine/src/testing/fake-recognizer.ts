import { SpeechError } from '../errors.ts'
import type { AudioSegment, RecognizeOptions, Recognizer } from '../model/ports.ts'
import type { SpeechResult } from '../result/speech-result.ts'
import { scriptedResult } from './scripted-result.ts'

/** A `Recognizer` that answers from a script: a text, a whole result, a failure (throw) or any of them late (a promise). */
export class FakeRecognizer implements Recognizer {
  readonly #script: (
    segment: AudioSegment,
    options: RecognizeOptions,
  ) => string | SpeechResult | Promise<string | SpeechResult>
  readonly segments: AudioSegment[] = []
  disposed = false

  constructor(
    script: (
      segment: AudioSegment,
      options: RecognizeOptions,
    ) => string | SpeechResult | Promise<string | SpeechResult>,
  ) {
    this.#script = script
  }

  async recognize(segment: AudioSegment, options: RecognizeOptions = {}): Promise<SpeechResult> {
    if (this.disposed) throw new SpeechError('closed', 'the recognizer was disposed of')
    this.segments.push(segment)
    const answer = await this.#script(segment, options)
    return typeof answer === 'string' ? scriptedResult(answer, segment, options) : answer
  }

  async dispose(): Promise<void> {
    this.disposed = true
  }
}
