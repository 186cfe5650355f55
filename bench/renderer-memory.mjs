import { readdirSync, readFileSync } from 'node:fs'

/**
 * Memory of the largest renderer process of this machine's Chromium, now and at its peak, in MiB. Linux only. Pages of the browser's own program file
 * (about 150 MiB, shared by all its processes) are left out.
 */
export function largestRenderer() {
  const found = []
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const mib = (key) => Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024
      const programMib = mib('RssFile')
      found.push({ nowMib: mib('VmRSS') - programMib, peakMib: mib('VmHWM') - programMib })
    } catch {
      // The process ended meanwhile.
    }
  }
  return found.sort((a, b) => b.peakMib - a.peakMib)[0] ?? { nowMib: 0, peakMib: 0 }
}
