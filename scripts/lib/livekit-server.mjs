// The LiveKit server that the tests of e2e/livekit speak with: the one that is named, the one built before, else one built now.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { constants, homedir, setPriority } from 'node:os'
import { join } from 'node:path'
import { withFolderLock } from './folder-lock.mjs'

// The newest version that builds from the module proxy alone: later ones replace modules by forks.
export const LIVEKIT_VERSION = '1.11.0'
const MODULE = `github.com/livekit/livekit-server/cmd/server@v${LIVEKIT_VERSION}`
const BUILD_LIMIT_MS = 20 * 60_000

function cacheHome() {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  return process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
}

/** Runs a command in the background of the machine; resolves with its exit code (undefined: it could not start) and its last line. */
function patiently(command, args, { env = {}, limitMs }) {
  return new Promise((resolve) => {
    let said = ''
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Not spawn's own limit: its timer goes on where the command could not start.
    const limit = setTimeout(() => child.kill(), limitMs)
    const done = (result) => {
      clearTimeout(limit)
      resolve(result)
    }
    const hear = (text) => {
      said = (said + text).slice(-2000)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('spawn', () => setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL))
    child.on('error', () => done({ code: undefined, lastLine: '' }))
    child.on('close', (code, signal) => {
      const lastLine = said.trim().split('\n').at(-1) ?? ''
      done({ code: code ?? 1, lastLine: signal === null ? lastLine : `ended by ${signal}` })
    })
  })
}

async function build(folder, path) {
  console.log(`Building livekit-server ${LIVEKIT_VERSION} once; this takes about five minutes.`)
  const making = mkdtempSync(join(folder, 'making-'))
  try {
    const env = { GOBIN: making, GOFLAGS: '-trimpath' }
    const { code, lastLine } = await patiently('go', ['install', MODULE], { env, limitMs: BUILD_LIMIT_MS })
    if (code !== 0) return { reason: `go install of livekit-server ${LIVEKIT_VERSION} failed: ${lastLine}` }
    renameSync(join(making, 'server'), path)
    return { path }
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

/**
 * A livekit-server: the file that `LIVEKIT_SERVER` names, the one in the user's cache folder, else one built now by Go (about five
 * minutes, once; others that ask meanwhile wait for the same build).
 *
 * @returns {Promise<{ path: string } | { reason: string }>} where it is, or why there is none
 * @throws Error where `LIVEKIT_SERVER` names no file, or another's build does not end
 */
export async function findLivekitServer() {
  const named = process.env.LIVEKIT_SERVER
  if (named) {
    if (!existsSync(named)) throw new Error(`LIVEKIT_SERVER names ${named}, which does not exist.`)
    return { path: named }
  }
  if (process.platform === 'win32') return { reason: 'the tests start livekit-server by a POSIX shell' }
  const folder = join(cacheHome(), 'sensevoice-web', 'livekit-server', LIVEKIT_VERSION)
  const path = join(folder, 'livekit-server')
  if (existsSync(path)) return { path }
  const go = await patiently('go', ['version'], { limitMs: 60_000 })
  if (go.code !== 0) {
    return { reason: 'there is no Go to build livekit-server with, and LIVEKIT_SERVER names none' }
  }
  mkdirSync(folder, { recursive: true })
  return withFolderLock(join(folder, 'lock'), BUILD_LIMIT_MS + 60_000, () =>
    existsSync(path) ? { path } : build(folder, path),
  )
}
