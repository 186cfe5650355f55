import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { root, run, tool } from './run.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return [...candidates, ...ELSEWHERE].find((path) => existsSync(path))
}

function playwrightOwn() {
  const { chromium } = createRequire(`${root}e2e/package.json`)('@playwright/test')
  const path = chromium.executablePath()
  return path !== '' && existsSync(path) ? path : undefined
}

async function bySystemPackages() {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const [command, ...args] = [...sudo, 'apt-get']
  await run(command, [...args, 'update', '-q'])
  await run(command, [...args, 'install', '-y', '-q', '--no-install-recommends', 'chromium'])
}

/**
 * Path of a Chromium for the browser tests: the one named by `SENSEVOICE_CHROMIUM`, Playwright's own, the system's, else one that
 * Playwright or the system's package manager can install now.
 */
export async function findOrInstallChromium() {
  const named = process.env.SENSEVOICE_CHROMIUM
  if (named !== undefined) {
    if (!existsSync(named)) throw new Error(`SENSEVOICE_CHROMIUM names ${named}, which does not exist.`)
    return named
  }
  const present = playwrightOwn() ?? onPath()
  if (present !== undefined) return present
  console.log('No Chromium found: installing one for the browser tests.')
  await tool('playwright', ['install', 'chromium'], { timeoutMs: 300_000 })
  const downloaded = playwrightOwn()
  if (downloaded !== undefined) return downloaded
  await bySystemPackages()
  const installed = onPath()
  if (installed === undefined) {
    throw new Error(
      'No Chromium could be installed: install Chromium or Chrome, or set SENSEVOICE_CHROMIUM to its path.',
    )
  }
  return installed
}
