// Runs the contract of the model storages over the real thing, in the kind of worker that writes to it. Bundled by e2e/library/model-storage.spec.ts.
import type { ContractTest, Matchers } from '@sensevoice-web/engine/testing'
import { modelStorageContract } from '../../../../onnx/src/test-data/store-folder-contract.ts'
import { CacheModelStorage } from '../../store/cache-storage.ts'
import { OpfsStorage } from '../../store/opfs-storage.ts'
import { OpfsPartial } from '../store/opfs-partial.ts'

const tests: { name: string; run(): Promise<void> }[] = []

function claim(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

function matchers(value: unknown): Matchers {
  const text = JSON.stringify(value)
  const number = Number(value)
  return {
    toBe: (expected) => claim(Object.is(value, expected), `${text} is not ${JSON.stringify(expected)}`),
    toEqual: (expected) =>
      claim(text === JSON.stringify(expected), `${text} is not ${JSON.stringify(expected)}`),
    toBeCloseTo: (expected, digits = 2) =>
      claim(Math.abs(number - expected) < 0.5 * 10 ** -digits, `${text} is not close to ${expected}`),
    toBeGreaterThan: (expected) => claim(number > expected, `${text} is not above ${expected}`),
    toBeGreaterThanOrEqual: (expected) => claim(number >= expected, `${text} is below ${expected}`),
    toBeLessThanOrEqual: (expected) => claim(number <= expected, `${text} is above ${expected}`),
  }
}

const api: ContractTest = { test: (name, run) => tests.push({ name, run }), expect: matchers }

const storages = {
  'origin-private-file-system': () => new OpfsStorage((folder, name) => OpfsPartial.open(folder, name)),
  'cache-storage': () => new CacheModelStorage(),
}

for (const create of Object.values(storages)) {
  modelStorageContract(api, async () => {
    const storage = create()
    for (const name of await storage.folders()) await storage.folder(name).removeAll()
    return { storage, reopen: create }
  })
}

const outcomes: string[] = []
for (const { name, run } of tests) {
  await run().then(
    () => outcomes.push(`ok ${name}`),
    (error: unknown) =>
      outcomes.push(`failed ${name}: ${error instanceof Error ? error.message : String(error)}`),
  )
}
postMessage(outcomes)
