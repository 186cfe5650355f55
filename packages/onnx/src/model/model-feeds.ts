import { type Features, type Prompt, SpeechError } from '@sensevoice-web/engine'
import type { ModelFacts } from './model-facts.ts'

/** Rows of the prompt embedding for what the caller asks. */
export interface PromptRows {
  readonly language: number
  readonly textNorm: number
}

/**
 * Checks one inference against the model's facts before anything is computed.
 *
 * @throws SpeechError `invalid-argument` for features of another shape, or a language that the model has no prompt for
 */
export function checkedPrompt(
  { data, frames, dimension }: Features,
  prompt: Prompt,
  { frontend, ids }: ModelFacts,
): PromptRows {
  const expected = frontend.melBins * frontend.lfrWindowSize
  if (frames < 1 || dimension !== expected || data.length !== frames * dimension) {
    throw new SpeechError(
      'invalid-argument',
      `features must be 1 or more rows of ${expected} values, got ${frames} of ${dimension} in ${data.length} values`,
    )
  }
  const language = ids.languages[prompt.language]
  if (language === undefined) {
    throw new SpeechError('invalid-argument', `the model has no prompt for the language ${prompt.language}`, {
      hint: `It knows ${Object.keys(ids.languages).join(', ')}.`,
    })
  }
  return { language, textNorm: prompt.withItn ? ids.withItn : ids.withoutItn }
}
