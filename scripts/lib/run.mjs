import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a command with the terminal handed through; resolves with its exit code, rejects only when it cannot start. */
export function run(command, args, { env = {}, cwd = root, quiet = false, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? 'ignore' : 'inherit',
      shell: process.platform === 'win32',
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)))
  })
}

/** Like `run`, but a non-zero exit ends this process with a sentence that names the step. */
export async function must(step, command, args, options) {
  const code = await run(command, args, options)
  if (code !== 0) {
    console.error(`\n${step} failed (exit ${code}): ${command} ${args.join(' ')}`)
    process.exit(code)
  }
}

/** A tool installed in the workspace root, run by this very Node: no shell and no PATH involved. */
export function bin(name) {
  const entry = {
    biome: 'node_modules/@biomejs/biome/bin/biome',
    tsc: 'node_modules/typescript/bin/tsc',
    vite: 'node_modules/vite/bin/vite.js',
    vitest: 'node_modules/vitest/vitest.mjs',
    typedoc: 'node_modules/typedoc/bin/typedoc',
    playwright: 'e2e/node_modules/@playwright/test/cli.js',
  }[name]
  if (entry === undefined) throw new Error(`no such tool: ${name}`)
  return [process.execPath, [`${root}${entry}`]]
}

export function tool(name, args, options) {
  const [command, prefix] = bin(name)
  return run(command, [...prefix, ...args], options)
}
