import { SpeechError } from '@sensevoice-web/engine'

/** Longest text that any field but sound may have. */
const MOST_CHARACTERS = 1024

/**
 * A JSON object from a stranger, read field by field; each method throws a SpeechError `invalid-argument` that names the field.
 */
export class Fields {
  readonly #what: string
  readonly #values: Readonly<Record<string, unknown>>

  /** @param what the message in words, for errors */
  constructor(what: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new SpeechError('invalid-argument', `${what} must be a JSON object`)
    }
    this.#what = what
    this.#values = value as Record<string, unknown>
  }

  /** @throws SpeechError `invalid-argument` when the text is no JSON object */
  static parse(what: string, text: string): Fields {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw new SpeechError('invalid-argument', `${what} is no JSON`)
    }
    return new Fields(what, value)
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name)
  }

  /** As it came; undefined when it is not there. */
  raw(name: string): unknown {
    return this.has(name) ? this.#values[name] : undefined
  }

  text(name: string, longest = MOST_CHARACTERS): string {
    const value = this.raw(name)
    if (typeof value !== 'string') throw this.wrong(name, 'must be a text')
    if (value.length > longest) throw this.wrong(name, `must have ${longest} characters at most`)
    return value
  }

  whole(name: string, least: number, most: number): number {
    const value = this.raw(name)
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.wrong(name, `must be a whole number from ${least} to ${most}`)
    }
    return value
  }

  /** Any number, both ends included. */
  number(name: string, least: number, most: number): number {
    const value = this.raw(name)
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw this.wrong(name, `must be a number from ${least} to ${most}`)
    }
    return value
  }

  flag(name: string): boolean {
    const value = this.raw(name)
    if (typeof value !== 'boolean') throw this.wrong(name, 'must be true or false')
    return value
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = choices.find((choice) => choice === this.raw(name))
    if (value === undefined) throw this.wrong(name, `must be one of ${choices.join(', ')}`)
    return value
  }

  /** A list of those among `choices`; what is unknown is left out. */
  choices<Choice extends string>(name: string, choices: readonly Choice[]): readonly Choice[] {
    const value = this.raw(name)
    if (!Array.isArray(value)) throw this.wrong(name, 'must be a list')
    return choices.filter((choice) => value.includes(choice))
  }

  inner(name: string): Fields {
    return new Fields(`"${name}" of ${this.#what}`, this.raw(name))
  }

  wrong(name: string, why: string): SpeechError {
    return new SpeechError('invalid-argument', `${this.#what}: "${name}" ${why}`)
  }
}
