import { describe, expect, test } from 'vitest'
import type { ProviderVerdict } from '../wire/recognizer-api.ts'
import { type MemoryParts, ProviderMemory } from './provider-memory.ts'

const ON = { model: 'm', adapter: 'vendor x', threads: 4 }
const CHROME = 'Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36'
const UPDATED = CHROME.replace('137', '138')
const DAY_MS = 24 * 60 * 60 * 1000

const slower: ProviderVerdict = {
  type: 'compared',
  model: 'sha',
  agrees: true,
  agreement: 1,
  webgpuMs: 90,
  wasmMs: 10,
}
const wrong: ProviderVerdict = { ...slower, agrees: false, agreement: 0.2 }
const failed: ProviderVerdict = { type: 'failed', model: 'sha', reason: 'no kernel' }

function setUp() {
  const entries = new Map<string, string>()
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
  }
  const parts = { storage: () => storage, userAgent: CHROME, now: () => 1_000_000 }
  const memory = (on = ON, changes: MemoryParts = {}) => new ProviderMemory(on, { ...parts, ...changes })
  return { entries, memory }
}

describe('ProviderMemory', () => {
  test.each([slower, wrong, failed])('recalls what it kept: %o', (verdict) => {
    const { memory } = setUp()
    memory().keep(verdict)
    expect(memory().recall()).toEqual(verdict)
  })

  test('another model, GPU or number of threads is another question', () => {
    const { memory } = setUp()
    memory().keep(slower)
    expect(memory({ ...ON, model: 'n' }).recall()).toBeUndefined()
    expect(memory({ ...ON, adapter: 'vendor y' }).recall()).toBeUndefined()
    expect(memory({ ...ON, threads: 1 }).recall()).toBeUndefined()
  })

  test('an updated browser asks anew, and leaves no entry behind', () => {
    const { memory, entries } = setUp()
    memory().keep(slower)
    const updated = memory(ON, { userAgent: UPDATED })
    expect(updated.recall()).toBeUndefined()
    updated.keep(slower)
    expect(updated.recall()).toEqual(slower)
    expect(entries.size).toBe(1)
  })

  test.each([wrong, failed])('a GPU that cannot be trusted is tried again after a week: %o', (verdict) => {
    const { memory } = setUp()
    memory().keep(verdict)
    const later = (days: number) => memory(ON, { now: () => 1_000_000 + days * DAY_MS }).recall()
    expect(later(6)).toEqual(verdict)
    expect(later(8)).toBeUndefined()
    expect(later(-1)).toBeUndefined()
  })

  test('a GPU that is right is measured once for a browser', () => {
    const { memory } = setUp()
    memory().keep(slower)
    expect(memory(ON, { now: () => 300 * DAY_MS }).recall()).toEqual(slower)
  })

  test('forgets what is no verdict, and bears a page that may not store', () => {
    const { memory, entries } = setUp()
    memory().keep(slower)
    const [key = ''] = entries.keys()
    const texts = [
      '{',
      '{}',
      'null',
      '7',
      JSON.stringify(slower),
      '{"browser":"Chrome/137","keptMs":1,"verdict":{}}',
    ]
    for (const text of texts) {
      entries.set(key, text)
      expect(memory().recall()).toBeUndefined()
    }
    const blocked = memory(ON, {
      storage: () => {
        throw new DOMException('no', 'SecurityError')
      },
    })
    blocked.keep(slower)
    expect(blocked.recall()).toBeUndefined()
  })
})
