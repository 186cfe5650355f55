import { SpeechError } from '@sensevoice-web/engine'

/**
 * @param value undefined is left to a default
 * @throws SpeechError `invalid-argument`
 */
export function requireWhole(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return
  throw new SpeechError('invalid-argument', `${name} must be a whole number from 1 on, got ${value}`)
}
