import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PREPARE_VERSION } from '@sensevoice-web/onnx'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { repositoryFile, repositoryText } from '../../../onnx/src/test-data/files.ts'
import { readModel } from '../model/read-model.ts'
import { createNodeAnalyzer } from '../node-analyzer.ts'
import { goldenPath, Workspace } from '../test-data/workspace.ts'
import { prepareFolder } from './prepare-folder.ts'
import { preparedPaths, readVerdict } from './prepared-files.ts'
import { probe } from './probe.ts'
import { verifyPrepared } from './verify-prepared.ts'

let home: Workspace
let modelPath: string
beforeEach(() => {
  home = new Workspace()
  modelPath = home.file('model.int8.onnx', repositoryFile('models/tiny/model.int8.onnx'))
  home.file('tokens.txt', repositoryText('models/tiny/tokens.txt'))
})
afterEach(() => home.remove())

async function texts(): Promise<string[]> {
  const analyzer = await createNodeAnalyzer({ modelDir: home.folder, threads: 1 })
  const found: string[] = []
  for await (const { text } of analyzer.analyzeFile(goldenPath('en-go-left'), { vad: false }))
    found.push(text)
  await analyzer.close()
  return found
}

/** Which of the two is faster on a model this small is a matter of luck; what follows from it is not. */
const measured = (outcome: 'faster' | 'different') => async () => ({ outcome, publishedMs: 2, preparedMs: 1 })
const faster = { measure: measured('faster') }
const different = { measure: measured('different') }

describe('prepareFolder', () => {
  test('deletes what another version has prepared', async () => {
    home.file('prepared-0.weights', 'old')
    await prepareFolder(home.folder, different)
    expect(existsSync(join(home.folder, 'prepared-0.weights'))).toBe(false)
  })

  test('leaves the prepared files only where they are faster and right, and the verdict always', async () => {
    const { outcome, publishedMs, preparedMs } = await prepareFolder(home.folder)
    const { graph, weightsName } = preparedPaths(home.folder)
    expect(outcome === 'different' || (outcome === 'faster') === preparedMs < publishedMs).toBe(true)
    expect(existsSync(graph)).toBe(outcome === 'faster')
    expect(existsSync(join(home.folder, weightsName))).toBe(outcome === 'faster')
    expect(await readVerdict(home.folder, modelPath)).toMatchObject({ outcome })
  })

  test('of a processor that computes them wrongly, nothing prepared is kept or taken', async () => {
    await prepareFolder(home.folder, different)
    expect(readdirSync(home.folder).sort()).toEqual([
      'model.int8.onnx',
      `prepared-${PREPARE_VERSION}.json`,
      'tokens.txt',
    ])
    expect((await readModel(home.folder)).model).toBeInstanceOf(Uint8Array)
  })

  test('a second call does nothing again', async () => {
    const first = await prepareFolder(home.folder)
    expect(await prepareFolder(home.folder)).toEqual(first)
  })

  test('of two at once one prepares, and both have its verdict', async () => {
    let measurements = 0
    const measure = async () => {
      measurements += 1
      return { outcome: 'faster', publishedMs: 2, preparedMs: measurements } as const
    }
    const [one, other] = await Promise.all([
      prepareFolder(home.folder, { measure }),
      prepareFolder(home.folder, { measure }),
    ])
    expect(other).toEqual(one)
    expect(measurements).toBe(1)
    expect(await verifyPrepared(home.folder)).toEqual([])
  })

  test('a signal ends the wait for another process, which goes on', async () => {
    const controller = new AbortController()
    let waiting: Promise<unknown> = Promise.resolve()
    const measure = async () => {
      waiting = prepareFolder(home.folder, { signal: controller.signal }).catch((error: unknown) => error)
      controller.abort(new Error('stopped'))
      expect(await waiting).toMatchObject({ message: 'stopped' })
      return { outcome: 'faster', publishedMs: 2, preparedMs: 1 } as const
    }
    expect(await prepareFolder(home.folder, { measure })).toMatchObject({ outcome: 'faster' })
    expect((await readModel(home.folder)).prepared).toBe('but-for-layout')
  })

  test.each([
    ['before it writes', (abort: () => void) => abort(), false],
    ['between the runs of the probe', () => {}, true],
  ])('a signal ends it %s, and nothing is left', async (_, begin, inProbe) => {
    const controller = new AbortController()
    const abort = () => controller.abort(new Error('stopped'))
    begin(abort)
    const measure: typeof probe = (model, signal) => {
      if (inProbe) abort()
      return probe(model, signal)
    }
    await expect(prepareFolder(home.folder, { measure, signal: controller.signal })).rejects.toThrow(
      'stopped',
    )
    expect(readdirSync(home.folder).sort()).toEqual(['model.int8.onnx', 'tokens.txt'])
  })

  test('in a folder that cannot be written to it says so, and leaves nothing', async () => {
    const before = readdirSync(home.folder)
    chmodSync(home.folder, 0o555)
    const me = process.geteuid?.() ?? 0
    // The superuser may write anywhere.
    if (me === 0) process.seteuid?.(65_534)
    try {
      await expect(prepareFolder(home.folder, faster)).rejects.toMatchObject({
        code: 'file-unreadable',
        message: expect.stringContaining(home.folder),
        hint: expect.stringContaining('copy the model'),
      })
    } finally {
      process.seteuid?.(me)
      chmodSync(home.folder, 0o755)
    }
    expect(readdirSync(home.folder)).toEqual(before)
  })

  test('analysis takes what was prepared, and says the same', async () => {
    const published = await texts()
    expect(published.join('')).not.toBe('')
    await prepareFolder(home.folder, faster)
    expect(await readModel(home.folder)).toMatchObject({
      prepared: 'but-for-layout',
      model: preparedPaths(home.folder).graph,
    })
    expect(await texts()).toEqual(published)
  })

  test('of a file that was changed since, nothing prepared is taken', async () => {
    await prepareFolder(home.folder, faster)
    utimesSync(modelPath, new Date(0), new Date(0))
    expect((await readModel(home.folder)).model).toBeInstanceOf(Uint8Array)
  })

  test('of another processor or runtime, nothing prepared is taken', async () => {
    await prepareFolder(home.folder, faster)
    const { verdict } = preparedPaths(home.folder)
    const made = JSON.parse(readFileSync(verdict, 'utf8'))
    writeFileSync(verdict, JSON.stringify({ ...made, processor: 'another' }))
    expect((await readModel(home.folder)).model).toBeInstanceOf(Uint8Array)
  })

  test.each(['graph', 'weights'] as const)(
    'of prepared files one of which (%s) is cut short, nothing is taken, and they are made again',
    async (part) => {
      await prepareFolder(home.folder, faster)
      const { graph, weightsName } = preparedPaths(home.folder)
      const path = part === 'graph' ? graph : join(home.folder, weightsName)
      const whole = readFileSync(path)
      writeFileSync(path, whole.subarray(0, whole.length - 1))
      expect((await readModel(home.folder)).model).toBeInstanceOf(Uint8Array)
      await prepareFolder(home.folder, faster)
      expect(readFileSync(path).equals(whole)).toBe(true)
      expect((await readModel(home.folder)).model).toBe(graph)
    },
  )

  test('a disk that cannot be written leaves nothing half behind', async () => {
    const { weightsName } = preparedPaths(home.folder)
    mkdirSync(join(home.folder, `${weightsName}.partial`))
    await expect(prepareFolder(home.folder)).rejects.toMatchObject({ code: 'file-unreadable' })
    expect(readdirSync(home.folder).sort()).toEqual([
      'model.int8.onnx',
      `${weightsName}.partial`,
      'tokens.txt',
    ])
  })

  test('a disk without room for it is refused before anything is written or measured', async () => {
    const { weightsName } = preparedPaths(home.folder)
    const freeBytes = async () => readFileSync(modelPath).length + (4 << 20) - 1
    const measure = () => Promise.reject(new Error('it was measured'))
    // As large as what is to be written: of a process that was killed.
    home.file(`${weightsName}.partial`, new Uint8Array(1000))
    await expect(prepareFolder(home.folder, { measure, freeBytes })).rejects.toMatchObject({
      code: 'quota-exceeded',
    })
    expect(readdirSync(home.folder).sort()).toEqual(['model.int8.onnx', 'tokens.txt'])
    const enough = async () => (await freeBytes()) + 1
    expect(await prepareFolder(home.folder, { ...faster, freeBytes: enough })).toMatchObject({
      outcome: 'faster',
    })
  })

  test('refuses a file that is no int8 export, and leaves nothing', async () => {
    writeFileSync(modelPath, readFileSync(modelPath).subarray(0, 100_000))
    await expect(prepareFolder(home.folder)).rejects.toMatchObject({ code: 'model-corrupt' })
    expect(readdirSync(home.folder).sort()).toEqual(['model.int8.onnx', 'tokens.txt'])
  })
})
