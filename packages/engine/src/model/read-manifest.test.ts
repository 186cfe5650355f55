import { expect, test } from 'vitest'
import { SpeechError } from '../errors.ts'
import type { ModelManifest } from './manifest.ts'
import { readManifest, readRemoteManifest } from './read-manifest.ts'

const valid: ModelManifest = {
  schema: 1,
  id: 'tiny',
  name: 'Tiny',
  version: '1.0.0',
  description: '',
  notice: 'Knows few words.',
  embedded: true,
  license: { name: 'MIT', spdx: 'MIT', attribution: 'the project' },
  languages: ['zh', 'en'],
  flavour: 'sherpa',
  vocabularySize: 219,
  files: {
    model: { path: 'model.int8.onnx', bytes: 1000, sha256: 'a'.repeat(64) },
    tokens: { path: 'tokens.txt', bytes: 100, sha256: 'b'.repeat(64) },
  },
  frontend: {
    sampleRate: 16_000,
    melBins: 2,
    frameLengthMs: 25,
    frameShiftMs: 10,
    lfrWindowSize: 3,
    lfrWindowShift: 6,
    normalizeSamples: false,
    negMean: [-1, -2, -3, -4, -5, -6],
    invStddev: [1, 1, 1, 1, 1, 0.5],
  },
  ids: { blank: 0, languages: { auto: 0, zh: 3, en: 4 }, withItn: 14, withoutItn: 15 },
}

function faultOf(json: unknown): string {
  try {
    readManifest(json)
  } catch (error) {
    if (error instanceof SpeechError) return `${error.code}: ${error.message}`
  }
  return 'accepted'
}

test('a valid manifest is read as it is, unknown members left out', () => {
  const json: unknown = JSON.parse(JSON.stringify({ ...valid, comment: 'made by hand' }))
  expect(readManifest(json)).toEqual(valid)
})

test('every fault is named by its path, at once', () => {
  const message = faultOf({
    ...valid,
    schema: 2,
    name: '',
    embedded: 'yes',
    license: { name: 'MIT', spdx: 3 },
    languages: ['zh', 'fr'],
    flavour: 'other',
    files: { model: { ...valid.files.model, bytes: -1, sha256: 'ABC' } },
    frontend: { ...valid.frontend, negMean: [1, 2], invStddev: [1, 1, 1, 1, 1, null] },
    ids: { blank: 0.5, languages: { zh: '3' }, withItn: 14, withoutItn: 15 },
  })
  expect(message).toMatch(/^model-corrupt: /)
  const paths = message
    .replace('model-corrupt: model manifest: ', '')
    .split('; ')
    .map((fault) => fault.split(' ')[0])
  expect(paths.sort()).toEqual([
    'embedded',
    'files.model.bytes',
    'files.model.sha256',
    'files.tokens',
    'flavour',
    'frontend.invStddev',
    'frontend.negMean',
    'ids.blank',
    'ids.languages.auto',
    'ids.languages.zh',
    'languages',
    'license.attribution',
    'license.spdx',
    'name',
    'schema',
  ])
})

test('what is no object, or has a language twice or none, is refused', () => {
  for (const json of [null, 3, 'text', []]) expect(faultOf(json)).toMatch(/the file must be an object/)
  expect(faultOf({ ...valid, languages: ['zh', 'zh'] })).toMatch(/languages/)
  expect(faultOf({ ...valid, languages: [] })).toMatch(/languages/)
})

const resolve = (address: string) => new URL(address, 'https://models.example/sense/manifest.json').href

test('a manifest at an address gives each file its whole address', () => {
  const remote = readRemoteManifest(valid, resolve)
  expect(remote.files.model).toEqual({
    name: 'model.int8.onnx',
    urls: ['https://models.example/sense/model.int8.onnx'],
    bytes: 1000,
    sha256: 'a'.repeat(64),
  })
  expect(remote.facts?.vocabularySize).toBe(219)
})

test('mirrors are taken in their order, and facts may be left to the file itself', () => {
  const { flavour: _, vocabularySize: __, frontend: ___, ids: ____, ...rest } = valid
  const urls = ['big/m.onnx', 'https://mirror.example/m.onnx']
  const files = { ...valid.files, model: { ...valid.files.model, urls } }
  const remote = readRemoteManifest({ ...rest, files }, resolve)
  expect(remote.facts).toBeUndefined()
  expect(remote.files.model.urls).toEqual([
    'https://models.example/sense/big/m.onnx',
    'https://mirror.example/m.onnx',
  ])
})

test.each([
  ['half of the facts', { ids: undefined }, /ids must be an object/],
  [
    'an empty list of mirrors',
    { files: { ...valid.files, model: { ...valid.files.model, urls: [] } } },
    /urls/,
  ],
  [
    'a name that leaves its folder',
    { files: { ...valid.files, model: { ...valid.files.model, path: '../..' } } },
    /path/,
  ],
  [
    'a name of the store’s own',
    { files: { ...valid.files, model: { ...valid.files.model, path: 'source.json' } } },
    /\.json/,
  ],
  ['one name for both files', { files: { ...valid.files, tokens: valid.files.model } }, /another file name/],
  [
    'an address that is none',
    { files: { ...valid.files, model: { ...valid.files.model, urls: ['https://'] } } },
    /no address/,
  ],
])('a manifest at an address with %s is refused', (_, changes, message) => {
  expect(() => readRemoteManifest({ ...valid, ...changes }, resolve)).toThrow(message)
})
