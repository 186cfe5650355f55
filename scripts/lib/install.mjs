import { readdirSync, readFileSync } from 'node:fs'
import { must, root } from './run.mjs'
import { onceFor } from './stamp.mjs'

const WORKSPACE = [
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}`),
  'demo',
  'e2e',
  'bench',
  'deploy',
  ...readdirSync(`${root}examples`).map((name) => `examples/${name}`),
]
const MANIFESTS = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...WORKSPACE.map((folder) => `${folder}/package.json`),
]

/** Installs the workspace's packages with the pnpm that package.json pins, fetched through npx where it is missing. */
export async function installPackages() {
  await onceFor('install', MANIFESTS, 'node_modules/.modules.yaml', async () => {
    const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    await must('Installing packages', 'npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
      // pnpm asks before it replaces a node_modules folder of another layout; nobody answers in CI.
      env: { CI: 'true' },
    })
  })
}
