import { expect, test } from 'vitest'
import type { ModelChoice } from '../api/options.ts'
import type { ResolvedAssets } from './asset-urls.ts'
import { locateModel } from './locate-model.ts'

const assets = { tinyManifest: 'm', tinyModel: 'o', tinyTokens: 't' } as ResolvedAssets
const locate = (model: ModelChoice) => locateModel(model, assets, 'https://app.example/page/')

test('names, addresses and files are told apart', () => {
  expect(locate('tiny')).toEqual({ type: 'embedded', manifest: 'm', model: 'o', tokens: 't' })
  expect(locate('sensevoice-small')).toEqual({
    type: 'stored',
    wanted: { type: 'known', name: 'sensevoice-small' },
  })
  expect(locate('../m/manifest.json')).toEqual({
    type: 'stored',
    wanted: { type: 'manifest', url: 'https://app.example/m/manifest.json' },
  })
  expect(locate(new URL('https://a.example/x/model.onnx?v=2'))).toEqual({
    type: 'stored',
    wanted: {
      type: 'files',
      model: 'https://a.example/x/model.onnx?v=2',
      tokens: 'https://a.example/x/tokens.txt',
    },
  })
  expect(locate({ model: 'a', tokens: new URL('https://b.example/t') })).toEqual({
    type: 'stored',
    wanted: { type: 'files', model: 'https://app.example/page/a', tokens: 'https://b.example/t' },
  })
  expect(locate({ model: 'a', tokens: 't', cmvn: 'c' })).toMatchObject({
    wanted: { cmvn: 'https://app.example/page/c' },
  })
  const file = new Blob(['x'])
  expect(locate({ model: file, tokens: file })).toEqual({ type: 'files', model: file, tokens: file })
})

test.each<[string, ModelChoice, RegExp]>([
  ['a file alone', new Blob(['x']) as unknown as ModelChoice, /needs its tokens/],
  ['a file with an address', { model: new Blob(['x']), tokens: 't.txt' }, /all be addresses or all be files/],
  ['what is no address', 'https://', /no address of a model/],
])('%s is refused', (_, model, message) => {
  expect(() => locate(model)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  expect(() => locate(model)).toThrow(message)
})
