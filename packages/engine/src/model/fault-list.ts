/** Reads values out of parsed JSON and collects what is wrong with them, so that one error can name every fault at once. */
export class FaultList {
  readonly faults: string[] = []

  add(path: string, fault: string): void {
    this.faults.push(`${path === '' ? 'the file' : path} ${fault}`)
  }

  /** @param path where the value stands, empty for the whole file */
  object(value: unknown, path: string): ObjectReader {
    if (isRecord(value)) return new ObjectReader(this, value, path)
    this.add(path, 'must be an object')
    // Its members are not faults of their own.
    return new ObjectReader(new FaultList(), {}, path)
  }
}

/** Members of one object. A wrong member is a fault and reads as an empty value of its type. */
export class ObjectReader {
  readonly #faults: FaultList
  readonly #values: Readonly<Record<string, unknown>>
  readonly #path: string

  constructor(faults: FaultList, values: Readonly<Record<string, unknown>>, path: string) {
    this.#faults = faults
    this.#values = values
    this.#path = path
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  fault(name: string, fault: string): void {
    this.#faults.add(this.#path === '' ? name : `${this.#path}.${name}`, fault)
  }

  object(name: string): ObjectReader {
    return this.#faults.object(this.#values[name], this.#path === '' ? name : `${this.#path}.${name}`)
  }

  text(name: string, { mayBeEmpty = false } = {}): string {
    const value = this.#values[name]
    if (typeof value === 'string' && (mayBeEmpty || value !== '')) return value
    this.fault(name, mayBeEmpty ? 'must be a text' : 'must be a text that is not empty')
    return ''
  }

  optionalText(name: string): string | undefined {
    return this.has(name) ? this.text(name) : undefined
  }

  flag(name: string): boolean {
    const value = this.#values[name]
    if (typeof value === 'boolean') return value
    this.fault(name, 'must be true or false')
    return false
  }

  number(name: string): number {
    const value = this.#values[name]
    if (typeof value === 'number') return value
    this.fault(name, 'must be a number')
    return 0
  }

  /** A whole number. */
  count(name: string, minimum: number): number {
    const value = this.#values[name]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum) return value
    this.fault(name, `must be a whole number of at least ${minimum}`)
    return minimum
  }

  oneOf<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const value = this.#values[name]
    const choice = choices.find((known) => known === value)
    if (choice === undefined) this.fault(name, `must be one of ${choices.join(', ')}`)
    return choice ?? choices[0]
  }

  /** At least one of the choices, each at most once. */
  list<Choice extends string>(name: string, choices: readonly Choice[]): readonly Choice[] {
    const value = this.#values[name]
    const entries: readonly unknown[] = Array.isArray(value) ? value : []
    const known = choices.filter((choice) => entries.includes(choice))
    if (known.length === 0 || known.length !== entries.length) {
      this.fault(name, `must be a list of ${choices.join(', ')}, each at most once`)
    }
    return known
  }

  /** At least one. */
  texts(name: string): readonly string[] {
    const value = this.#values[name]
    const texts = Array.isArray(value)
      ? value.filter((entry) => typeof entry === 'string' && entry !== '')
      : []
    if (!Array.isArray(value) || texts.length === 0 || texts.length !== value.length) {
      this.fault(name, 'must be a list of one or more texts')
    }
    return texts
  }

  numbers(name: string, length: number): readonly number[] {
    const value = this.#values[name]
    const numbers = Array.isArray(value) ? value.filter((entry) => Number.isFinite(entry)) : []
    if (numbers.length !== length || !Array.isArray(value) || value.length !== length) {
      this.fault(name, `must be a list of ${length} numbers`)
    }
    return numbers
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
