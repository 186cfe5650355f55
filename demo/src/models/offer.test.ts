import { afterEach, describe, expect, test, vi } from 'vitest'
import { isBareModel, offerOf, readOffer } from './offer.ts'

const ADDRESS = new URL('https://models.example/m/manifest.json')
const MANIFEST = {
  schema: 1,
  id: 'some',
  name: 'Some model',
  version: '1',
  description: 'Knows much.',
  notice: '',
  license: { name: 'MIT', url: 'https://l.example', attribution: 'by somebody' },
  languages: ['zh', 'en'],
  files: {
    model: { path: 'model.onnx', bytes: 1000, sha256: 'a'.repeat(64) },
    tokens: { path: 'tokens.txt', bytes: 24, sha256: 'b'.repeat(64) },
  },
}

describe('offerOf', () => {
  test('a manifest is shown with its size, licence and host', () => {
    expect(offerOf(MANIFEST, ADDRESS)).toEqual({
      source: ADDRESS.href,
      name: 'Some model',
      version: '1',
      description: 'Knows much.',
      license: { name: 'MIT', url: 'https://l.example', attribution: 'by somebody' },
      bytes: 1024,
      hosts: ['models.example'],
      sha256: 'a'.repeat(64),
    })
  })

  test('the hosts are those of the files, each once, wherever the manifest lies', () => {
    const urls = ['https://hub.example/model.onnx', 'https://mirror.example:8443/model.onnx']
    const { model, tokens } = MANIFEST.files
    const files = {
      model: { ...model, urls },
      tokens: { ...tokens, urls: ['https://hub.example/tokens.txt', 'tokens.txt'] },
    }
    expect(offerOf({ ...MANIFEST, files }, ADDRESS).hosts).toEqual([
      'hub.example',
      'mirror.example:8443',
      'models.example',
    ])
  })

  test.each([
    ['null', null, /must be an object/],
    ['a list', [], /must be an object/],
    ['one without a licence', { ...MANIFEST, license: undefined }, /license/],
    ['one without files', { ...MANIFEST, files: undefined }, /files/],
  ])('%s is refused with what is wrong, before anything is downloaded', (_, json, message) => {
    expect(() => offerOf(json, ADDRESS)).toThrow(
      expect.objectContaining({ code: 'model-corrupt', message: expect.stringMatching(message) }),
    )
  })
})

describe('readOffer', () => {
  afterEach(() => void vi.unstubAllGlobals())

  /** The network: it notes what is asked for, and gives one answer. */
  function answering(response: Response): RequestInit[] {
    const asked: RequestInit[] = []
    vi.stubGlobal('fetch', async (_: URL, request: RequestInit) => {
      asked.push(request)
      return response
    })
    return asked
  }

  test('a manifest is read past the cache, as the library will read it', async () => {
    const asked = answering(Response.json(MANIFEST))
    expect(await readOffer(ADDRESS)).toMatchObject({ name: 'Some model', bytes: 1024 })
    expect(asked).toMatchObject([{ method: 'GET', cache: 'no-store' }])
  })

  test('what is far too long for a manifest is not read to its end', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1 << 18
        controller.enqueue(new Uint8Array(1 << 18).fill(32))
      },
    })
    answering(new Response(endless))
    await expect(readOffer(ADDRESS)).rejects.toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('more than'),
    })
    expect(sent).toBeLessThan(4 << 20)
  })

  test.each([
    ['nothing', new Response('no', { status: 404 }), /the server answers 404/],
    ['a page', new Response('<!doctype html>'), /there is no manifest/],
  ])('where %s lies there is no manifest', async (_, response, message) => {
    answering(response)
    await expect(readOffer(ADDRESS)).rejects.toMatchObject({ code: 'model-not-found', message })
  })

  const BARE = new URL('https://models.example/m/model.int8.onnx')

  test('of a bare model nothing but its size is asked for, and nothing is invented', async () => {
    const asked = answering(new Response(null, { headers: { 'Content-Length': '2048' } }))
    expect(await readOffer(BARE)).toMatchObject({
      name: 'model.int8.onnx',
      bytes: 2048,
      license: { name: 'not stated' },
      hosts: ['models.example'],
    })
    expect(asked).toMatchObject([{ method: 'HEAD' }])
  })

  test('a server that does not tell the size leaves it open, one without the file is an error', async () => {
    answering(new Response(null, { status: 405 }))
    expect(await readOffer(BARE)).not.toHaveProperty('bytes')
    answering(new Response(null, { status: 404 }))
    await expect(readOffer(BARE)).rejects.toMatchObject({ code: 'model-not-found' })
  })
})

test.each([
  ['https://a.example/m.onnx', true],
  ['https://a.example/m.onnx?download=1', true],
  ['https://a.example/manifest.json?of=m.onnx', false],
  ['sensevoice-small', false],
])('%s is a bare model: %s', (source, bare) => {
  expect(isBareModel(source)).toBe(bare)
})
