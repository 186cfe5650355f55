import { expect, test } from 'vitest'
import { modelAddress } from './model-address.ts'

const PAGE = 'https://example.org/demo/'

test('a path is taken from the page, an address as it is', () => {
  expect(modelAddress('/models/manifest.json', PAGE).href).toBe('https://example.org/models/manifest.json')
  expect(modelAddress('https://other.example/m.json', PAGE).href).toBe('https://other.example/m.json')
})

test('what is no address is refused by name, with what to do', () => {
  expect(() => modelAddress('http://', PAGE)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', hint: expect.stringContaining('?model=') }),
  )
})
