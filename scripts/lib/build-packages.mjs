import { bin, must } from './run.mjs'
import { onceFor } from './stamp.mjs'

const SHARED = ['tsconfig.base.json', 'pnpm-lock.yaml', 'models/tiny', 'scripts/lib/build-packages.mjs']

async function script(step, path) {
  await must(step, process.execPath, [path])
}

async function typescript(name) {
  const [command, prefix] = bin('tsc')
  await must(`Building packages/${name}`, command, [...prefix, '-b', `packages/${name}/tsconfig.build.json`])
}

/** The published packages in the order of their dependencies; each is skipped when nothing it is made of has changed. */
export async function buildPackages() {
  const node = [
    ...SHARED,
    'packages/engine',
    'packages/onnx',
    'packages/pipeline',
    'packages/protocol',
    'packages/server',
  ]
  await onceFor('build-server', node, 'packages/server/dist/cli.js', async () => {
    await typescript('server')
    await script('Copying the embedded models beside the command', 'packages/server/scripts/copy-assets.mjs')
  })
  await onceFor(
    'build-pipeline',
    [...SHARED, 'packages/engine', 'packages/pipeline'],
    'packages/pipeline/dist/index.js',
    () => typescript('pipeline'),
  )
  await onceFor('build-livekit', [...node, 'packages/livekit'], 'packages/livekit/dist/index.js', () =>
    typescript('livekit'),
  )
  const browser = [...SHARED, 'packages/engine', 'packages/onnx', 'packages/browser']
  await onceFor('build-browser', browser, 'packages/browser/dist/index.js', () =>
    script('Building packages/browser', 'packages/browser/scripts/build.mjs'),
  )
  await onceFor(
    'build-elements',
    [...SHARED, 'packages/engine', 'packages/elements'],
    'packages/elements/dist/index.js',
    () => typescript('elements'),
  )
  await onceFor(
    'build-status-page',
    [...SHARED, 'packages/engine', 'packages/elements', 'packages/server/status-page'],
    'packages/server/dist/status/index.html',
    () =>
      vite(
        'Building the status page of the server',
        '--config',
        'packages/server/status-page/vite.config.ts',
      ),
  )
}

async function vite(step, ...args) {
  const [command, prefix] = bin('vite')
  await must(step, command, [...prefix, 'build', '--logLevel', 'warn', ...args])
}

export async function buildDemo() {
  const inputs = [
    ...SHARED,
    'vite.config.ts',
    'demo',
    'packages/engine',
    'packages/onnx',
    'packages/browser',
    'packages/elements',
  ]
  await onceFor('build-demo', inputs, 'demo/dist/index.html', () => vite('Building the demo page'))
}
