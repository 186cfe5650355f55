import { SpeechError } from '@sensevoice-web/engine'

export type Environment = Readonly<Record<string, string | undefined>>

/** Of two variables of the same end, the first counts. */
export const PREFIXES: readonly string[] = ['SENSEVOICE_', 'FUNASR_']
const YES = ['1', 'true', 'yes', 'on']
const NO = ['0', 'false', 'no', 'off']

/** Reads variables, and keeps what is wrong with them until `end`. Empty counts as not set. */
export class EnvReader {
  readonly #env: Environment
  readonly #faults = new Set<string>()

  constructor(env: Environment) {
    this.#env = env
  }

  fault(what: string): void {
    this.#faults.add(what)
  }

  /** @throws SpeechError with every fault that was met */
  end(): void {
    if (this.#faults.size === 0) return
    throw new SpeechError('invalid-argument', `the environment: ${[...this.#faults].join('; ')}`, {
      hint: 'Correct these variables, or remove them for their defaults.',
    })
  }

  text(end: string, prefixes = PREFIXES): { readonly name: string; readonly value: string } | undefined {
    for (const prefix of prefixes) {
      const value = this.#env[prefix + end]?.trim()
      if (value !== undefined && value !== '') return { name: prefix + end, value }
    }
    return undefined
  }

  list(end: string): readonly string[] {
    const parts = this.text(end)?.value.split(',') ?? []
    return parts.map((part) => part.trim()).filter((part) => part !== '')
  }

  choiceOf<Otherwise extends string | undefined>(
    name: string,
    choices: readonly string[],
    otherwise: Otherwise,
  ): string | Otherwise {
    const value = this.#env[name]?.trim()
    if (value === undefined || value === '') return otherwise
    if (!choices.includes(value)) {
      this.fault(`${name} must be one of ${choices.join(', ')}, got "${value}"`)
      return otherwise
    }
    return value
  }

  choice<Choice extends string>(
    end: string,
    choices: readonly Choice[],
    otherwise: Choice,
    prefixes = PREFIXES,
  ): Choice {
    const found = this.text(end, prefixes)
    if (found === undefined) return otherwise
    const choice = choices.find((one) => one === found.value.toLowerCase())
    if (choice === undefined) {
      this.fault(`${found.name} must be one of ${choices.join(', ')}, got "${found.value}"`)
    }
    return choice ?? otherwise
  }

  flag(end: string, otherwise: boolean): boolean {
    const found = this.text(end)
    if (found === undefined) return otherwise
    const value = found.value.toLowerCase()
    if (YES.includes(value)) return true
    if (!NO.includes(value)) this.fault(`${found.name} must be true or false, got "${found.value}"`)
    return false
  }

  /** @param what `a whole number of ms`, for the fault */
  whole<Otherwise extends number | undefined>(
    end: string,
    what: string,
    [least, most]: readonly [number, number],
    otherwise: Otherwise,
  ): number | Otherwise {
    const found = this.text(end)
    if (found === undefined) return otherwise
    const value = Number(found.value)
    if (/^\d+$/.test(found.value) && value >= least && value <= most) return value
    this.fault(`${found.name} must be ${what} from ${least} to ${most}, got "${found.value}"`)
    return otherwise
  }

  url(prefixes = PREFIXES): string | undefined {
    const found = this.text('URL', prefixes)
    if (found === undefined) return undefined
    const parsed = URL.canParse(found.value) ? new URL(found.value) : undefined
    if (parsed?.protocol === 'ws:' || parsed?.protocol === 'wss:') return found.value
    this.fault(`${found.name} must be an address that begins with ws:// or wss://`)
    return undefined
  }
}
