import { expect, test } from 'vitest'
import { offerOf } from './offer.ts'

const ADDRESS = new URL('https://models.example/m/manifest.json')

test('a manifest is shown with its size, licence and host', () => {
  const manifest = {
    name: 'Some model',
    version: '1',
    description: 'Knows much.',
    license: { name: 'MIT', url: 'https://l.example', attribution: 'by somebody' },
    files: { model: { bytes: 1000 }, tokens: { bytes: 24 } },
  }
  expect(offerOf(manifest, ADDRESS)).toEqual({
    source: ADDRESS.href,
    name: 'Some model',
    version: '1',
    description: 'Knows much.',
    license: { name: 'MIT', url: 'https://l.example', attribution: 'by somebody' },
    bytes: 1024,
    hosts: ['models.example'],
  })
})

test('a licence that is not there is not invented', () => {
  const manifest = { name: 'x', files: { model: { bytes: 1 } } }
  expect(offerOf(manifest, ADDRESS)?.license).toEqual({ name: 'not stated' })
})

test.each([[null], [[]], ['text'], [{ name: 'x' }], [{ files: { model: { bytes: 1 } } }]])(
  '%j is no manifest',
  (json) => {
    expect(offerOf(json, ADDRESS)).toBeUndefined()
  },
)
