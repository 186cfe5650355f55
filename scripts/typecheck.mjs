// Every realm has a tsconfig of its own (page, worker, worklet, Node), so that a DOM call in a worker does not compile.
import { readdirSync } from 'node:fs'
import { root, tool } from './lib/run.mjs'

const inside = (folder) => readdirSync(root + folder).map((name) => `${folder}/${name}`)
const folders = [
  ...inside('packages'),
  'demo',
  'e2e',
  'bench',
  'clients/bk7258',
  'deploy',
  ...inside('examples'),
]
const projects = folders.flatMap((folder) =>
  readdirSync(root + folder)
    .filter((name) => /^tsconfig(\.\w+)?\.json$/.test(name) && name !== 'tsconfig.build.json')
    .map((name) => `${folder}/${name}`),
)
let failed = 0
for (const project of projects) {
  const code = await tool('tsc', ['--noEmit', '-p', project])
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${project}`)
  if (code !== 0) failed += 1
}
process.exit(failed === 0 ? 0 : 1)
