import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { copyFromContext } from './docker-context.ts'
import { environmentOf, execForm, type Step, stagesOf } from './read-files.ts'

// There need not be a Docker here: the steps of the Dockerfile are done in a folder, in which its absolute paths lie.
const image = mkdtempSync(join(tmpdir(), 'sensevoice-image-'))
// What runs later is not the user whose folder this is.
chmodSync(image, 0o755)
const running: ChildProcess[] = []
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(image, { recursive: true, force: true })
})

const inImage = (path: string, workdir: string) =>
  join(image, path.startsWith('/') ? path : join(workdir, path))

function build(steps: readonly Step[]): void {
  let workdir = '/'
  const env: Record<string, string> = {}
  for (const step of steps) {
    Object.assign(env, environmentOf([step]))
    if (step.keyword === 'WORKDIR') {
      workdir = step.text
      mkdirSync(join(image, workdir), { recursive: true })
    } else if (step.keyword === 'COPY') {
      copy(step, workdir)
    } else if (step.keyword === 'RUN') {
      const command = step.text.replaceAll(/(?<=[\s"'=])\/(?=app\b|models\b)/g, `${image}/`)
      execFileSync('sh', ['-c', command], { cwd: join(image, workdir), env: { ...process.env, ...env } })
    }
  }
}

function copy({ text, flags }: Step, workdir: string): void {
  const paths = text.split(/\s+/)
  const target = paths.pop() ?? ''
  for (const source of paths) {
    // All stages lie in one folder here, so that what is copied from another one is there already.
    if (flags.has('from')) expect([existsSync(inImage(source, '/')), target]).toEqual([true, source])
    else copyFromContext(source, `${inImage(target, workdir)}${target.endsWith('/') ? '/' : ''}`)
  }
}

test('the steps of the Dockerfile make a companion that serves, is healthy and ends', async () => {
  const [, builder, final] = stagesOf('deploy/Dockerfile')
  build(builder?.steps ?? [])
  rmSync(join(image, 'src'), { recursive: true })
  build(final?.steps ?? [])
  const libraries = join(image, 'app/node_modules/onnxruntime-node/bin')
  const kept = readdirSync(libraries).flatMap((api) =>
    readdirSync(join(libraries, api)).flatMap((system) => readdirSync(join(libraries, api, system))),
  )
  expect(kept).toEqual([process.arch])

  const settings = environmentOf(final?.steps ?? [])
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...settings,
    SENSEVOICE_HOME: join(image, settings['SENSEVOICE_HOME'] ?? ''),
    SENSEVOICE_SERVE_HOST: '127.0.0.1',
    SENSEVOICE_SERVE_PORT: '0',
    SENSEVOICE_SERVE_TOKEN_SECRET: 'of this test',
  }
  // Who may not write there, as in the image, where that is possible.
  const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}
  const [program = '', ...argv] = [
    ...(execForm(final?.steps ?? [], 'ENTRYPOINT') ?? []),
    ...(execForm(final?.steps ?? [], 'CMD') ?? []),
  ].map((word) => (word.startsWith('/') ? join(image, word) : word))
  const server = spawn(program, argv, { env, cwd: image, ...user })
  running.push(server)
  const exit = once(server, 'exit')
  const ended = exit.then(() => Promise.reject(new Error(told)))
  ended.catch(() => {})
  let told = ''
  server.stderr.on('data', (data) => (told += data))
  while (!told.includes(' is served at ')) {
    await Promise.race([once(server.stderr, 'data'), ended])
  }
  const port = /served at http:\/\/127\.0\.0\.1:(\d+)/.exec(told)?.[1] ?? ''
  const [check = '', ...checked] = (execForm(final?.steps ?? [], 'HEALTHCHECK') ?? []).map((word) =>
    word.startsWith('/') ? join(image, word) : word,
  )
  const health = spawn(check, checked, { env: { ...env, SENSEVOICE_SERVE_PORT: port }, ...user })
  expect((await once(health, 'exit'))[0]).toBe(0)
  expect(existsSync(join(image, 'app/dist/status/index.html'))).toBe(true)
  server.kill('SIGTERM')
  expect((await exit)[0]).toBe(0)
}, 300_000)
