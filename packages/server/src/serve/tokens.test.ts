import { describe, expect, test } from 'vitest'
import { admits, signToken } from './tokens.ts'

describe('admits', () => {
  test('anybody where there is no rule', () => {
    expect(admits({ type: 'none' }, 'a', undefined, 0)).toBe(true)
  })

  test('whoever has the one token', () => {
    const rule = { type: 'one', token: 'secret' } as const
    expect([undefined, '', 'wrong', 'secret'].map((token) => admits(rule, 'a', token, 0))).toEqual([
      false,
      false,
      false,
      true,
    ])
  })

  test('each device by its own token, and none that is not listed', () => {
    const rule = { type: 'devices', tokens: new Map([['a', '1']]) } as const
    expect(admits(rule, 'a', '1', 0)).toBe(true)
    expect(admits(rule, 'b', '1', 0)).toBe(false)
    expect(admits(rule, 'b', '', 0)).toBe(false)
  })

  test('a signed token for its device, until it expires', () => {
    const rule = { type: 'signed', secret: 's' } as const
    const token = signToken('s', 'a', 1000)
    expect(admits(rule, 'a', token, 999)).toBe(true)
    expect(admits(rule, 'a', token, 1000)).toBe(false)
    expect(admits(rule, 'b', token, 0)).toBe(false)
    expect(admits(rule, 'a', token.replace('.1000', '.9999'), 0)).toBe(false)
    expect(admits(rule, 'a', signToken('other', 'a', 1000), 0)).toBe(false)
    for (const bad of ['', '.', 'x.y', 'x.Infinity', '..1']) expect(admits(rule, 'a', bad, 0)).toBe(false)
  })
})
