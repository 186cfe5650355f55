import { describe, expect, it } from 'vitest'
import { chooseThreads } from './choose-threads.ts'

const facts = { requested: undefined, isolated: true, cores: 8, webkit: false }

describe('chooseThreads', () => {
  it('takes up to four on an isolated page', () => {
    expect(chooseThreads(facts).threads).toBe(4)
    expect(chooseThreads({ ...facts, cores: 2 }).threads).toBe(2)
  })

  it('takes one where threads cannot or should not be had, and says why', () => {
    expect(chooseThreads({ ...facts, isolated: false })).toMatchObject({
      threads: 1,
      reason: expect.stringContaining('not cross-origin isolated'),
    })
    expect(chooseThreads({ ...facts, webkit: true })).toMatchObject({
      threads: 1,
      reason: expect.stringContaining('WebKit'),
    })
  })

  it('keeps to what was asked for', () => {
    expect(chooseThreads({ ...facts, requested: 3 }).threads).toBe(3)
    expect(chooseThreads({ ...facts, requested: 1, isolated: false }).threads).toBe(1)
  })

  it('refuses what it cannot keep instead of lowering it', () => {
    expect(() => chooseThreads({ ...facts, requested: 2, isolated: false })).toThrow(
      expect.objectContaining({ code: 'not-supported' }),
    )
    for (const requested of [0, 1.5, Number.NaN, -1]) {
      expect(() => chooseThreads({ ...facts, requested })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      )
    }
  })
})
