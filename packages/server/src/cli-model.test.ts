import { type ChildProcess, execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Fault, FaultServer } from '../../onnx/src/test-data/fault-server.ts'
import {
  SMALL_PIECES,
  SMALL_TOKENS,
  smallFunasrModel,
  smallManifest,
  smallSherpaModel,
} from '../../onnx/src/test-data/small-model.ts'
import { goldenPath, modelFolder, VAD_MODEL, Workspace } from './test-data/workspace.ts'

// The command as users run it: the built files, in a process of its own. `npm run build` makes them.
const COMMAND = fileURLToPath(new URL('../bin/sensevoice.js', import.meta.url))
const MODEL = smallSherpaModel()

let server: FaultServer
let home: Workspace
beforeAll(async () => {
  server = await FaultServer.start()
})
afterAll(() => server.stop())
beforeEach(() => {
  home = new Workspace()
  server.requests.length = 0
})
afterEach(() => home.remove())

interface Ran {
  readonly status: number
  readonly out: string
  readonly error: string
}

function start(argv: readonly string[], place = home.folder): { child: ChildProcess; ended: Promise<Ran> } {
  let child!: ChildProcess
  const ended = new Promise<Ran>((resolve) => {
    const env = { ...process.env, SENSEVOICE_HOME: place }
    child = execFile(process.execPath, [COMMAND, ...argv], { env }, (_, out, error) => {
      resolve({ status: child.exitCode ?? -1, out, error })
    })
  })
  return { child, ended }
}

const sensevoice = (...argv: readonly string[]) => start(argv).ended

function host(faults: readonly Fault[] = []): string {
  server.put('/m/model.int8.onnx', MODEL, faults)
  server.put('/m/tokens.txt', new TextEncoder().encode(SMALL_TOKENS))
  const manifest = new TextEncoder().encode(JSON.stringify(smallManifest(MODEL, 'sherpa')))
  return server.put('/m/manifest.json', manifest)
}

const ranges = () =>
  server.requests.filter(({ path }) => path.endsWith('.onnx')).map(({ range }) => range ?? 'all')

/** Until the server has been asked for the model and some of it must have come. */
async function modelAskedFor(): Promise<void> {
  while (ranges().length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await new Promise((resolve) => setTimeout(resolve, 200))
}

const SLOW: Fault = { type: 'slow', pieceBytes: 8000, pauseMs: 60 }

describe('sensevoice model', () => {
  test('fetches, lists, verifies, analyzes with and removes a model', async () => {
    const url = host()
    const fetched = await sensevoice('model', 'fetch', url)
    expect(fetched).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^small-[0-9a-f]{12} is complete/),
    })
    const { out } = await sensevoice('model', 'list', '--json')
    expect(JSON.parse(out)).toMatchObject({ id: 'small', state: 'complete', source: url })
    expect(await sensevoice('model', 'verify', 'small')).toMatchObject({ status: 0, out: 'small is whole\n' })
    const clip = goldenPath('en-hello')
    const byName = await sensevoice('analyze', clip, '--no-vad', '--json', '--model', 'small')
    expect(byName).toMatchObject({ status: 0, error: '' })
    expect(JSON.parse(byName.out)).toMatchObject({ file: clip })
    expect((await sensevoice('model', 'remove', url)).out).toMatch(/MB freed\n$/)
    expect((await sensevoice('model', 'list')).out).toMatch(/^\(no models/)
    expect((await sensevoice('model', 'remove', 'small')).status).toBe(1)
  })

  test('goes on with the download of a killed process', async () => {
    const url = host([SLOW])
    const { child, ended } = start(['model', 'fetch', url])
    await modelAskedFor()
    child.kill('SIGKILL')
    await ended
    const { out } = await sensevoice('model', 'list')
    expect(out).toMatch(/partial, 0\.\d MB of 0\.\d MB/)
    expect((await sensevoice('model', 'fetch', url)).status).toBe(0)
    expect(ranges()).toEqual(['all', expect.stringMatching(/^bytes=[1-9]\d*-$/)])
    expect((await sensevoice('model', 'verify', 'small')).status).toBe(0)
  })

  test('says that an interrupted download is gone on with', async () => {
    const { child, ended } = start(['model', 'fetch', host([SLOW])])
    await modelAskedFor()
    child.kill('SIGINT')
    const { status, error } = await ended
    expect(status).toBe(130)
    expect(error).toContain('the next fetch goes on from here')
  })

  test('makes one download for two processes', async () => {
    const url = host([SLOW])
    const both = await Promise.all([sensevoice('model', 'fetch', url), sensevoice('model', 'fetch', url)])
    expect(both.map(({ status }) => status)).toEqual([0, 0])
    expect(ranges()).toEqual(['all'])
  })

  test('deletes what verify finds damaged, and fetch repairs it', async () => {
    const url = host()
    const key = (await sensevoice('model', 'fetch', url)).out.split(' ')[0] ?? ''
    const path = join(home.folder, 'models', key, 'model.int8.onnx')
    const bytes = readFileSync(path)
    bytes[5000] = (bytes[5000] ?? 0) ^ 1
    home.file(join('models', key, 'model.int8.onnx'), bytes)
    const { status, error } = await sensevoice('model', 'verify', 'small')
    expect([status, error]).toEqual([
      1,
      expect.stringMatching(/model\.int8\.onnx was damaged and is deleted/),
    ])
    expect((await sensevoice('analyze', goldenPath('en-hello'), '--model', 'small')).error).toMatch(
      /is not complete.*\[model-not-found\]\n.*model fetch/,
    )
    expect((await sensevoice('model', 'fetch', url)).status).toBe(0)
    expect(readFileSync(path).equals(MODEL)).toBe(true)
  })

  test('tells licence, author and size of the published model before anything is fetched', async () => {
    // Its place is a file, so that it ends before any request.
    const place = home.file('taken', '')
    const { status, error } = await start(['model', 'fetch', 'sensevoice-small'], place).ended
    expect(status).toBe(1)
    expect(error).toContain('[file-unreadable]')
    expect(error).toMatch(
      /SenseVoiceSmall 2024-07-17, 239\.5 MB\n.*FunAudioLLM.*\nLicence: FunASR Model License 1\.1: https:/,
    )
  })

  test('tells licence, attribution and size of a model by its address before anything of it is fetched', async () => {
    host()
    const manifest = smallManifest(MODEL, 'sherpa')
    const lost = { ...manifest.files.tokens, urls: ['nowhere.txt'] }
    const license = { name: 'Some\u001b[2J terms', url: 'https://terms.example', attribution: 'by\nsomebody' }
    const changed = { ...manifest, license, files: { ...manifest.files, tokens: lost } }
    const url = server.put('/m/lost.json', new TextEncoder().encode(JSON.stringify(changed)))
    const { status, error } = await sensevoice('model', 'fetch', url)
    expect(status).toBe(1)
    expect(error).toMatch(
      /^Small 1, 0\.\d MB\nby somebody\nLicence: Some \[2J terms: https:\/\/terms\.example\n/,
    )
    expect(error).toContain('[model-not-found]')
    expect(ranges()).toEqual([])
  })

  test('needs no manifest for a model that is stored', async () => {
    const url = host()
    expect((await sensevoice('model', 'fetch', url)).error).toMatch(
      /^Small 1, .*\nthis project\nLicence: MIT\n/,
    )
    server.put('/m/manifest.json', new Uint8Array(), Array<Fault>(9).fill({ type: 'dead' }))
    const again = await sensevoice('model', 'fetch', url)
    expect(again).toMatchObject({ status: 0, out: expect.stringMatching(/is complete and proven/) })
  })

  test.each([
    [
      'analyze a model that is not fetched',
      ['analyze', 'a.wav', '--model', 'sensevoice-small'],
      /model fetch sensevoice-small/,
    ],
    ['fetch a name that nobody knows', ['model', 'fetch', 'whisper'], /no model called "whisper"/],
    [
      'fetch a manifest with tokens',
      ['model', 'fetch', 'http://127.0.0.1:9/m.json', '--tokens', 'http://a/t'],
      /--tokens and --cmvn are for an .onnx/,
    ],
    ['verify what is not there', ['model', 'verify', 'nobody'], /no model "nobody" in the store/],
    ['inspect another network', ['model', 'inspect', VAD_MODEL], /\[model-unsupported\]/],
  ])('refuses to %s', async (_, argv, message) => {
    const { status, out, error } = await sensevoice(...argv)
    expect([status, out]).toEqual([1, ''])
    expect(error).toMatch(message)
  })

  test('fetches a FunASR export with its am.mvn and analyzes with it', async () => {
    const numbers = (value: number) => Array<number>(560).fill(value).join(' ')
    const cmvn = `<AddShift> 560 560\n[ ${numbers(-8)} ]\n<Rescale> 560 560\n[ ${numbers(0.25)} ]`
    const put = (path: string, text: string) => server.put(path, new TextEncoder().encode(text))
    const model = server.put('/f/model_quant.onnx', smallFunasrModel())
    const tokens = put('/f/tokens.json', JSON.stringify(SMALL_PIECES))
    const without = await sensevoice('model', 'fetch', model, '--tokens', tokens)
    expect([without.status, without.error]).toEqual([1, expect.stringMatching(/needs its am\.mvn/)])
    expect(without.error).toMatch(
      /^model_quant\.onnx, size not stated\n.*127\.0\.0\.1.*\nLicence: not stated\n/,
    )
    const options = ['--tokens', tokens, '--cmvn', put('/f/am.mvn', cmvn)]
    expect((await sensevoice('model', 'fetch', model, ...options)).status).toBe(0)
    const argv = ['analyze', goldenPath('en-hello'), '--no-vad', '--json', '--model', 'model_quant']
    const { status, out } = await sensevoice(...argv)
    expect(status).toBe(0)
    expect(JSON.parse(out)).toHaveProperty('languageScores')
  })

  test('inspects a file, a folder and a stored model', async () => {
    const file = home.file('m.onnx', smallFunasrModel())
    const funasr = JSON.parse((await sensevoice('model', 'inspect', file, '--json')).out)
    expect(funasr).toMatchObject({ flavour: 'funasr', weights: 'float', metadata: {} })
    const folder = modelFolder()
    const { out } = await sensevoice('model', 'inspect', folder.folder)
    folder.remove()
    expect(out).toMatch(/flavour: sherpa\n/)
    expect(out).toMatch(/languages: zh, en, yue, ja, ko, nospeech\n/)
    expect(out).toMatch(/metadata model_type: sense_voice_ctc\n/)
    await sensevoice('model', 'fetch', host())
    expect(JSON.parse((await sensevoice('model', 'inspect', 'small', '--json')).out)).toMatchObject({
      sha256: smallManifest(MODEL, 'sherpa').files.model.sha256,
    })
  })
})
