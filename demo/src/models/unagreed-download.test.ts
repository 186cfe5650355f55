import type { StoredModelInfo } from 'sensevoice-web'
import { describe, expect, test } from 'vitest'
import type { Offer } from './offer.ts'
import { unagreedDownload } from './unagreed-download.ts'

const SOURCE = 'https://models.example/m/manifest.json'
const HASH = '0123456789abcdef'.repeat(4)
const LICENSE = { name: 'MIT', attribution: 'somebody' }
const OFFER: Offer = {
  source: SOURCE,
  name: 'Some',
  version: '1',
  description: '',
  license: LICENSE,
  bytes: 1024,
  hosts: ['models.example'],
  sha256: HASH,
}
const STORED: StoredModelInfo = {
  key: 'some-0123456789ab',
  source: SOURCE,
  id: 'some',
  name: 'Some',
  version: '1',
  license: LICENSE,
  state: 'complete',
  bytes: 1100,
  totalBytes: 1024,
  place: 'origin-private-file-system',
}
const offerFrom = async () => OFFER

describe('unagreedDownload', () => {
  test.each([
    ['nothing is stored', []],
    ['a part is stored', [{ ...STORED, state: 'partial' as const }]],
    ['another model is stored', [{ ...STORED, source: 'sensevoice-small' }]],
  ])('is the whole model when %s', async (_, stored) => {
    expect(await unagreedDownload(SOURCE, stored, offerFrom)).toEqual({ offer: OFFER, why: 'absent' })
  })

  test('is none when that very version is stored, beside an older one too', async () => {
    expect(await unagreedDownload(SOURCE, [STORED], offerFrom)).toBeUndefined()
    const older = { ...STORED, key: 'some-ffffffffffff' }
    expect(await unagreedDownload(SOURCE, [older, STORED], offerFrom)).toBeUndefined()
  })

  test('a new name for the same files is none: nothing of it would be fetched', async () => {
    const renamed = async () => ({ ...OFFER, version: '2' })
    expect(await unagreedDownload(SOURCE, [STORED], renamed)).toBeUndefined()
  })

  test.each([
    ['another model file', { sha256: 'f'.repeat(64) }],
    ['another token list', { bytes: 1025 }],
  ])('is a newer version when the address gives %s', async (_, changes) => {
    const offer = { ...OFFER, ...changes }
    expect(await unagreedDownload(SOURCE, [STORED], async () => offer)).toEqual({ offer, why: 'newer' })
  })

  test('a name of the catalogue is told apart by its version', async () => {
    const { sha256: _, ...rest } = OFFER
    const named = { ...rest, source: 'some' }
    const stored = [{ ...STORED, source: 'some' }]
    expect(await unagreedDownload('some', stored, async () => named)).toBeUndefined()
    const newer = { ...named, version: '2' }
    expect(await unagreedDownload('some', stored, async () => newer)).toEqual({ offer: newer, why: 'newer' })
  })

  test('out of reach, what is stored is used, and what is not is an error', async () => {
    const away = async () => Promise.reject(new Error('no network'))
    expect(await unagreedDownload(SOURCE, [STORED], away)).toBeUndefined()
    await expect(unagreedDownload(SOURCE, [], away)).rejects.toThrow('no network')
  })

  test('a stored bare model is not asked after', async () => {
    const source = 'https://models.example/m.onnx'
    const { totalBytes: _, ...stored } = { ...STORED, source }
    const asked = async () => Promise.reject(new Error('asked'))
    expect(await unagreedDownload(source, [stored], asked)).toBeUndefined()
  })
})
