import { execFile } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { smallSherpaModel } from '../../onnx/src/test-data/small-model.ts'
import { goldenPath, modelFolder, Workspace } from './test-data/workspace.ts'

// The command as users run it: the built files, in a process of its own. `npm run build` makes them.
const COMMAND = fileURLToPath(new URL('../bin/sensevoice.js', import.meta.url))

interface Ran {
  readonly status: number
  readonly out: string
  readonly error: string
}

function sensevoice(...argv: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [COMMAND, ...argv], (_, out, error) => {
      resolve({ status: child.exitCode ?? -1, out, error })
    })
  })
}

const made: Workspace[] = []
const model = kept(modelFolder())
const workspace = kept(new Workspace())
const clip = goldenPath('en-three-one-four')
const withModel = ['--model', model.folder] as const

function kept(one: Workspace): Workspace {
  made.push(one)
  return one
}

beforeAll(() => {
  expect(existsSync(fileURLToPath(new URL('../dist/cli.js', import.meta.url)))).toBe(true)
})
afterAll(() => {
  for (const one of made) one.remove()
})

describe('sensevoice analyze', () => {
  test('writes one JSON line a segment with every field', async () => {
    const { status, out, error } = await sensevoice(
      'analyze',
      clip,
      goldenPath('en-hello'),
      '--json',
      ...withModel,
    )
    expect(error).toBe('')
    expect(status).toBe(0)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map((line) => line['file'])).toEqual([clip, goldenPath('en-hello')])
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(
        expect.arrayContaining([
          ...['file', 'startMs', 'endMs', 'text', 'tokens', 'language', 'languageScores', 'emotion'],
          ...['emotionScores', 'event', 'eventScores', 'confidence', 'timings', 'startSamples', 'endSamples'],
        ]),
      )
      const languages = line['languageScores'] as Record<string, number>
      expect(Object.keys(languages).sort()).toEqual(['en', 'ja', 'ko', 'nospeech', 'yue', 'zh'])
      expect(Object.values(languages).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 6)
    }
  })

  test('takes the whole file with --no-vad, silence too', async () => {
    const silence = goldenPath('silence')
    const { status, out } = await sensevoice('analyze', silence, '--no-vad', '--json', ...withModel)
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ file: silence, startMs: 0, startSamples: 0 })
  })

  test('writes text for people, with the file where there are several', async () => {
    const { out } = await sensevoice('analyze', clip, goldenPath('silence'), ...withModel)
    expect(out).toMatch(
      /^\S+en-three-one-four\.wav\n\[0:0\d\.\d - 0:0\d\.\d\] (zh|en|yue|ja|ko|nospeech) \d+%, /,
    )
    expect(out.endsWith(`${goldenPath('silence')}\n(no speech found)\n`)).toBe(true)
  })

  test('writes subtitles', async () => {
    const srt = await sensevoice('analyze', clip, '--srt', '--no-vad', ...withModel)
    expect(srt.out).toMatch(/^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\n/)
    const vtt = await sensevoice('analyze', clip, '--vtt', '--no-vad', ...withModel)
    expect(vtt.out).toMatch(/^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:0\d\.\d{3}\n/)
  })

  test('names every file that fails with code and hint, and does the others', async () => {
    const bad = [
      '/nowhere/a.wav',
      workspace.folder,
      workspace.file('page.wav', '<!doctype html><title>404</title>'),
      workspace.file('empty.wav', ''),
    ]
    const { status, out, error } = await sensevoice(
      'analyze',
      ...bad,
      clip,
      '--json',
      '--no-vad',
      ...withModel,
    )
    expect(status).toBe(1)
    expect(out.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(out)).toMatchObject({ file: clip })
    const codes = ['file-not-found', 'file-unreadable', 'invalid-wav', 'invalid-audio']
    for (const [index, code] of codes.entries()) {
      const line = error.split('\n').find((one) => one.startsWith(`sensevoice: ${bad[index]}: `))
      expect(line).toContain(`[${code}]`)
    }
    expect(error).not.toContain('    at ')
    expect(error.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(bad.length)
  })

  test.each([
    ['a folder that is not there', () => '/nowhere/model', 'model-not-found'],
    [
      'a model with one flipped bit',
      () => {
        const bytes = smallSherpaModel()
        bytes[9000] = (bytes[9000] ?? 0) ^ 4
        return kept(modelFolder({ model: bytes })).folder
      },
      'model-corrupt',
    ],
    [
      'tokens of another model',
      () => kept(modelFolder({ manifest: false, tokens: '<unk> 0\n' })).folder,
      'model-unsupported',
    ],
    [
      'another network',
      () => {
        const other = kept(new Workspace())
        copyFileSync(
          fileURLToPath(new URL('../dist/models/silero_vad_v6.onnx', import.meta.url)),
          join(other.folder, 'model.onnx'),
        )
        other.file('tokens.txt', '<unk> 0\n')
        return other.folder
      },
      'model-unsupported',
    ],
  ])('refuses %s and analyzes nothing', async (_, folder, code) => {
    const { status, out, error } = await sensevoice('analyze', clip, '--json', '--model', folder())
    expect([status, out]).toEqual([1, ''])
    expect(error).toMatch(new RegExp(`^sensevoice: model: .*\\[${code}\\]\\n  \\S`))
  })
})

test('takes more files than fit a command line that onnxruntime bears, and the status of what failed', async () => {
  const files = Array.from({ length: 400 }, (_, index) =>
    index === 399 ? clip : `/nowhere/${'x'.repeat(80)}-${index}.wav`,
  )
  const { status, out, error } = await sensevoice('analyze', ...files, '--json', ...withModel)
  expect(status).toBe(1)
  expect(error.match(/\[file-not-found\]/g)?.length).toBe(399)
  expect(JSON.parse(out.trim().split('\n')[0] ?? '')).toMatchObject({ file: clip })
})

test('tells its usage and its version', async () => {
  const help = await sensevoice('--help')
  expect([help.status, help.error]).toEqual([0, ''])
  for (const option of ['--json', '--srt', '--vtt', '--model', '--language', '--no-itn', '--no-vad']) {
    expect(help.out).toContain(option)
  }
  expect((await sensevoice('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('names an option it does not know and ends with 2', async () => {
  const { status, out, error } = await sensevoice('analyze', clip, '--faster')
  expect([status, out]).toEqual([2, ''])
  expect(error).toContain("'--faster'")
})
