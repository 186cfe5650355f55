import { validate } from 'dockerfile-utils'
import { describe, expect, test } from 'vitest'
import { readServeConfig } from '../packages/server/src/serve/config.ts'
import { isSent } from './docker-context.ts'
import { environmentOf, execForm, stagesOf, textOf } from './read-files.ts'

const PLACES = ['deploy/Dockerfile', 'deploy/triton.Dockerfile']
const stages = stagesOf('deploy/Dockerfile')
const final = stages.at(-1)?.steps ?? []
const value = (keyword: string) => final.findLast((step) => step.keyword === keyword)?.text

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly engines?: { readonly node: string }
}
const manifestOf = (folder: string) => JSON.parse(textOf(`${folder}/package.json`)) as Manifest

/** Folders of the workspace's packages that one needs, itself included. */
function needed(folder: string): string[] {
  const { dependencies = {}, devDependencies = {} } = manifestOf(folder)
  // The server's status page is built of elements that nobody installs with it.
  const built = folder === 'packages/server' ? devDependencies : {}
  const names = Object.keys({ ...dependencies, ...built }).filter((name) =>
    name.startsWith('@sensevoice-web/'),
  )
  const below = names.flatMap((name) => needed(`packages/${name.replace('@sensevoice-web/', '')}`))
  return [...new Set([folder, ...below])].sort()
}

describe.each(PLACES)('%s', (path) => {
  test('has no fault', () => {
    const faults = validate(textOf(path)).map(({ message, range }) => `${range.start.line + 1}: ${message}`)
    expect(faults).toEqual([])
  })

  test('starts from images of a stated version', () => {
    const named = stagesOf(path).map(({ name }) => name)
    for (const { from } of stagesOf(path)) if (!named.includes(from)) expect(from).toMatch(/:\d[\w.-]+$/)
  })

  test('runs without root, ends by SIGTERM, and tells how it is', () => {
    const steps = stagesOf(path).at(-1)?.steps ?? []
    const text = (keyword: string) => steps.findLast((step) => step.keyword === keyword)?.text
    expect(text('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(text('STOPSIGNAL')).toBe('SIGTERM')
    expect(text('HEALTHCHECK')).toMatch(/^CMD \[/)
    // The shell's form would put a shell between the signal and the server.
    expect(execForm(steps, 'CMD')?.length).toBeGreaterThan(0)
  })

  test('takes no secret into a layer', () => {
    for (const { steps } of stagesOf(path)) {
      for (const { keyword, text } of steps) {
        if (keyword === 'ENV' || keyword === 'ARG') expect(text).not.toMatch(/token|secret|password|_key/i)
      }
    }
  })
})

describe('the image of the companion', () => {
  test('starts the command with settings that it takes, once there is a token', () => {
    expect(execForm(final, 'ENTRYPOINT')).toEqual(['node', '/app/bin/sensevoice.js'])
    expect(execForm(final, 'CMD')).toEqual(['serve'])
    const env = environmentOf(final)
    expect(() => readServeConfig([], env)).toThrow('without a token')
    const { host, port } = readServeConfig([], { ...env, SENSEVOICE_SERVE_TOKEN_SECRET: 's' })
    expect(host).toBe('0.0.0.0')
    expect(value('EXPOSE')).toBe(String(port))
    expect(env['SENSEVOICE_HOME']).toBe(value('VOLUME'))
  })

  test('is built of the packages that the server needs, and of no others', () => {
    const copied = stages
      .flatMap(({ steps }) => steps)
      .filter(({ keyword, text }) => keyword === 'COPY' && text.startsWith('packages/'))
      .map(({ text }) => text.split('/package.json')[0])
      .sort()
    expect(copied).toEqual(needed('packages/server'))
    const sent = textOf('.dockerignore').match(/(?<=^!)packages\/\w+/gm)
    expect(sent?.sort()).toEqual(needed('packages/server'))
  })

  test('has a Node that the server is for', () => {
    const [least] = manifestOf('packages/server').engines?.node.match(/\d+/) ?? []
    expect(Number(/^node:(\d+)-/.exec(stages[0]?.from ?? '')?.[1])).toBeGreaterThanOrEqual(Number(least))
  })

  test.each([
    ['.env', false],
    ['deploy/.env', false],
    ['.git/config', false],
    ['node_modules/ws/index.js', false],
    ['packages/server/node_modules/ws/index.js', false],
    ['packages/server/dist/cli.js', false],
    ['packages/server/src/cli-serve.test.ts', false],
    ['packages/server/src/.env.local', false],
    ['models/golden/README.md', false],
    ['packages/server/src/cli.ts', true],
    ['models/tiny/tokens.txt', true],
    ['deploy/health.mjs', true],
  ])('of the workspace, %s is sent to the builder: %s', (path, sent) => {
    expect(isSent(path)).toBe(sent)
  })
})

test('Triton’s image has the onnxruntime that the models are tested with', () => {
  const [, ours] = /^onnxruntime==(\S+)/m.exec(textOf('models/requirements.lock')) ?? []
  expect(ours).toMatch(/^\d/)
  expect(textOf('deploy/triton.Dockerfile')).toContain(`onnxruntime-gpu==${ours}`)
})
