import { SpeechError } from '@sensevoice-web/engine'
import { checkSureness, type Sureness, sureFindings } from './sureness.ts'
import type { Utterance } from './utterance.ts'

const PLACEHOLDERS = ['text', 'emotion', 'language', 'events'] as const
type Placeholder = (typeof PLACEHOLDERS)[number]
const PLACEHOLDER = /\{([A-Za-z_][\w-]*)\}/g

/** What the language model reads about one utterance, unless the user brings a template. */
export const DEFAULT_PROMPT_TEMPLATE = `{text}
(The speaker sounds {emotion}.)
(The language is {language}.)
(Also heard: {events}.)`

/**
 * A template owned by the user, with the places `{text}`, `{emotion}`, `{language}` and `{events}`. Nothing unsure is claimed: a line about
 * something that was not surely heard is left out, unless `{text}` stands in it too; there it reads `unknown`, or `none` for the events.
 * Other braces stand for themselves.
 */
export class PromptTemplate {
  readonly #lines: readonly string[]
  readonly #sureness: Sureness

  /**
   * @throws SpeechError `invalid-argument` when `{text}` is missing, a place has another name, or a threshold is outside (0, 1]
   */
  constructor(template: string = DEFAULT_PROMPT_TEMPLATE, sureness: Sureness = {}) {
    const names = namesIn(template)
    const stranger = names.find((name) => !isPlaceholder(name))
    if (stranger !== undefined) {
      throw new SpeechError('invalid-argument', `the prompt template has an unknown place {${stranger}}`, {
        hint: `There are ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`,
      })
    }
    if (!names.includes('text')) {
      throw new SpeechError('invalid-argument', 'the prompt template has no place for what was said', {
        hint: 'Write {text} where it belongs.',
      })
    }
    checkSureness(sureness)
    this.#lines = template.split('\n')
    this.#sureness = sureness
  }

  /** @returns the prompt for one utterance; what was said is never read as a template */
  fill(result: Utterance): string {
    const { emotion, language, events } = sureFindings(result, this.#sureness)
    const values: Readonly<Record<Placeholder, string | undefined>> = {
      text: result.text.trim(),
      emotion,
      language,
      events: events.length === 0 ? undefined : events.join(', '),
    }
    return this.#lines
      .filter((line) => {
        const names = namesIn(line)
        return names.includes('text') || names.every((name) => foundFor(values, name) !== undefined)
      })
      .map((line) =>
        line.replace(
          PLACEHOLDER,
          (_place, name: string) => foundFor(values, name) ?? (name === 'events' ? 'none' : 'unknown'),
        ),
      )
      .join('\n')
  }
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '')
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name)
}

function foundFor(
  values: Readonly<Record<Placeholder, string | undefined>>,
  name: string,
): string | undefined {
  return isPlaceholder(name) ? values[name] : undefined
}
