import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readWav, writeWav } from '@sensevoice-web/engine'
import { createNodeAnalyzer } from '@sensevoice-web/server'

/** The sample of the demo: a man says "3 1 4 1 5". */
export function digits(): Float32Array {
  return read('demo/public/samples/en-digits-jackson.wav')
}

/** A committed clip of speech, by its name in models/golden/audio. */
export function clip(name: string): Float32Array {
  return read(`models/golden/audio/${name}.wav`)
}

function read(path: string): Float32Array {
  const { samples, sampleRate } = readWav(readFileSync(new URL(`../../../${path}`, import.meta.url)))
  if (sampleRate !== 16_000) throw new Error(`${path} is at ${sampleRate} Hz`)
  return samples
}

/** `sound` with silence before and after it, 16 kHz. */
export function framed(sound: Float32Array, leadMs: number, tailMs: number): Float32Array {
  const lead = leadMs * 16
  const whole = new Float32Array(lead + sound.length + tailMs * 16)
  whole.set(sound, lead)
  return whole
}

/** The part between the first and the last 10 ms that are louder than -50 dB, its energy, and how much of it is that loud: gaps in it do not count. */
export function loudPart(sound: Float32Array): { durationMs: number; loudMs: number; rms: number } {
  const step = 160
  const loud: number[] = []
  for (let at = 0; at + step <= sound.length; at += step) {
    if (rmsOf(sound.subarray(at, at + step)) > 10 ** (-50 / 20)) loud.push(at)
  }
  const [first = 0, last = 0] = [loud[0], loud.at(-1)]
  const part = sound.subarray(first, last + step)
  return { durationMs: part.length / 16, loudMs: loud.length * 10, rms: rmsOf(part) }
}

function rmsOf(sound: Float32Array): number {
  return Math.sqrt(sound.reduce((sum, value) => sum + value * value, 0) / sound.length)
}

/** What the embedded model recognizes in a sound at 16 kHz. */
export async function recognized(sound: Float32Array): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'heard-'))
  const analyzer = await createNodeAnalyzer({ threads: 1 })
  try {
    const path = join(folder, 'heard.wav')
    writeFileSync(path, writeWav(sound))
    const texts: string[] = []
    for await (const { text } of analyzer.analyzeFile(path)) texts.push(text)
    return texts.join(' ')
  } finally {
    await analyzer.close()
    rmSync(folder, { recursive: true })
  }
}
