import { SpeechError, type SpeechErrorCode } from '../errors.ts'

/** The part of a test framework's matchers that the contract suites use; Vitest's and Jest's fit. */
export interface Matchers {
  toBe(expected: unknown): void
  toEqual(expected: unknown): void
  toBeCloseTo(expected: number, digits?: number): void
  toBeGreaterThan(expected: number): void
  toBeGreaterThanOrEqual(expected: number): void
  toBeLessThanOrEqual(expected: number): void
}

/** Where a contract suite registers its tests: `{ test, expect }` of Vitest as they are. */
export interface ContractTest {
  test(name: string, run: () => Promise<void>): void
  expect(value: unknown): Matchers
}

/** Fails unless the promise rejects with a `SpeechError` of that code. */
export async function expectRefusal(
  { expect }: ContractTest,
  code: SpeechErrorCode,
  attempt: () => Promise<unknown>,
): Promise<void> {
  const error = await attempt().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error instanceof SpeechError ? error.code : `${String(error)} instead of a SpeechError`).toBe(code)
}

/** Fails unless the values are probabilities that sum to 1 within the tolerance: 1e-6 in double precision, 1e-5 for float32. */
export function expectDistribution(
  { expect }: ContractTest,
  values: ArrayLike<number>,
  tolerance = 1e-6,
): void {
  let sum = 0
  for (const value of Array.from(values)) {
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value).toBeLessThanOrEqual(1)
    sum += value
  }
  expect(Math.abs(sum - 1)).toBeLessThanOrEqual(tolerance)
}
