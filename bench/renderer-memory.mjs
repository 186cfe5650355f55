import { readdirSync, readFileSync } from 'node:fs'

const EVERY_MS = 100

/**
 * Memory in MiB of the renderer processes of the Chromium that this process started, now and at their peak. Pages of the browser's own program file
 * (about 150 MiB, shared by all its processes) are left out.
 */
function renderers() {
  const parents = new Map()
  const found = []
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      parents.set(Number(pid), Number(/PPid:\s+(\d+)/.exec(status)?.[1]))
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue
      const mib = (key) => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024
      const programMib = mib('RssFile')
      found.push({ pid: Number(pid), nowMib: mib('VmRSS') - programMib, peakMib: mib('VmHWM') - programMib })
    } catch {
      // The process ended meanwhile.
    }
  }
  const isOurs = (pid) => pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid)))
  return found.filter(({ pid }) => isOurs(pid))
}

/** The renderer with the highest peak: `{ nowMib, peakMib }`. Linux only. */
export function largestRenderer() {
  return renderers().sort((a, b) => b.peakMib - a.peakMib)[0] ?? { nowMib: 0, peakMib: 0 }
}

/**
 * Reads all renderers every 100 ms. Linux only.
 *
 * @returns what ends that and gives the largest reading of one renderer in MiB
 */
export function watchRenderers() {
  let mostMib = 0
  const read = () => {
    mostMib = Math.max(mostMib, ...renderers().map(({ nowMib }) => nowMib))
  }
  read()
  const timer = setInterval(read, EVERY_MS)
  return () => {
    clearInterval(timer)
    read()
    return mostMib
  }
}
