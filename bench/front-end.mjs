// Milliseconds of fbank, LFR and CMVN per second of audio, beside kaldi-native-fbank on the same samples in the same run.
// Needs the built packages and models/.venv. Usage: node bench/front-end.mjs
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFrontEnd } from '@sensevoice-web/engine'
import { noise } from '@sensevoice-web/engine/testing'
import { median } from './median.mjs'

const SECONDS = 10
const ROUNDS = 15

const PEER = `
import sys, time
import numpy as np
from sensevoice_models.frontend import Cmvn, cmvn, fbank, lfr
samples = np.fromfile(sys.argv[1], dtype='<f4') * 32768.0
vectors = Cmvn(np.full(560, -8, np.float32), np.full(560, 0.25, np.float32))
for _ in range(int(sys.argv[2])):
    started = time.perf_counter()
    bank = fbank(samples)
    middle = time.perf_counter()
    cmvn(lfr(bank), vectors)
    print((middle - started) * 1000, (time.perf_counter() - started) * 1000)
`

const samples = noise(1, { samples: SECONDS * 16_000, amplitude: 0.3 })
const frontEnd = createFrontEnd({
  sampleRate: 16_000,
  melBins: 80,
  frameLengthMs: 25,
  frameShiftMs: 10,
  lfrWindowSize: 7,
  lfrWindowShift: 6,
  normalizeSamples: false,
  negMean: new Array(560).fill(-8),
  invStddev: new Array(560).fill(0.25),
})

function ours() {
  const times = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now()
    frontEnd.compute(samples)
    times.push((performance.now() - started) / SECONDS)
  }
  return median(times)
}

function peers() {
  const folder = mkdtempSync(join(tmpdir(), 'sensevoice-bench-'))
  try {
    const file = join(folder, 'samples.f32')
    writeFileSync(file, samples)
    const python = fileURLToPath(new URL('../models/.venv/bin/python', import.meta.url))
    const env = { ...process.env, OMP_NUM_THREADS: '1' }
    const out = execFileSync(python, ['-c', PEER, file, String(ROUNDS)], { encoding: 'utf8', env })
    const rows = out
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map((value) => Number(value) / SECONDS))
    return { fbank: median(rows.map(([fbank]) => fbank)), all: median(rows.map(([, all]) => all)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

ours()
const own = ours()
const peer = peers()
console.log(
  `front end, ms per second of audio, median of ${ROUNDS} times ${SECONDS} s, one thread (bar: 5 ms)`,
)
console.log(`  this engine (fbank, LFR, CMVN)              ${own.toFixed(3)}`)
console.log(
  `  kaldi-native-fbank from Python (fbank only) ${peer.fbank.toFixed(3)}   ratio ${(own / peer.fbank).toFixed(2)}`,
)
console.log(
  `  the same with numpy LFR and CMVN            ${peer.all.toFixed(3)}   ratio ${(own / peer.all).toFixed(2)}`,
)
