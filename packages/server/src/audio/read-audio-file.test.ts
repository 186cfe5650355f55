import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeWav } from '@sensevoice-web/engine'
import { afterAll, describe, expect, test } from 'vitest'
import { Workspace } from '../test-data/workspace.ts'
import { readAudioFile } from './read-audio-file.ts'

const workspace = new Workspace()
afterAll(() => workspace.remove())

const fixture = (name: string): string => fileURLToPath(new URL(`../test-data/${name}`, import.meta.url))

/** Amplitude of 440 Hz in the middle of the sound. */
function amplitudeAt440(samples: Float32Array, sampleRate: number): number {
  const length = Math.round(sampleRate / 10)
  const from = (samples.length - length) >> 1
  let real = 0
  let imaginary = 0
  for (let index = 0; index < length; index += 1) {
    const phase = (2 * Math.PI * 440 * index) / sampleRate
    real += (samples[from + index] ?? 0) * Math.cos(phase)
    imaginary += (samples[from + index] ?? 0) * Math.sin(phase)
  }
  return (2 * Math.hypot(real, imaginary)) / length
}

describe('compressed sound', () => {
  test.each([
    ['tone.flac', 16_000, 0.001],
    ['tone.mp3', 48_000, 0.01],
    ['tone.opus.ogg', 48_000, 0.02],
    ['tone.vorbis.ogg', 48_000, 0.01],
  ])('%s is read at its rate, as the mean of its channels', async (name, rate, tolerance) => {
    const { samples, sampleRate } = await readAudioFile(fixture(name))
    expect(sampleRate).toBe(rate)
    expect(Math.abs(samples.length / rate - 0.5)).toBeLessThan(0.06)
    expect(Math.abs(amplitudeAt440(samples, rate) - 0.375)).toBeLessThan(tolerance)
  })

  test('is told by its content, whatever its name', async () => {
    const path = workspace.file('renamed.wav', readFileSync(fixture('tone.flac')))
    expect((await readAudioFile(path)).samples.length).toBe(8000)
  })

  test('keeps the last frame of a FLAC file that ends right behind it', async () => {
    expect((await readAudioFile(fixture('last-frame.flac'))).samples.length).toBe(7200)
  })

  test('scales FLAC as WAV is scaled, so that 16-bit samples are whole 32768ths', async () => {
    const { samples } = await readAudioFile(fixture('last-frame.flac'))
    const steps = [...samples].map((sample) => sample * 32_768)
    expect(Math.max(...steps)).toBeGreaterThan(16_384)
    expect(Math.max(...steps.map((step) => Math.abs(step - Math.round(step))))).toBeLessThan(0.01)
  })

  test('FLAC without its last quarter is refused with what is left of it', async () => {
    const flac = Uint8Array.from(readFileSync(fixture('last-frame.flac')))
    const cut = workspace.file('quarter.flac', flac.subarray(0, Math.round(flac.length * 0.75)))
    await expect(readAudioFile(cut)).rejects.toMatchObject({
      code: 'invalid-audio',
      message: expect.stringMatching(/of its 7200 samples/),
    })
  })

  test('that is damaged is refused', async () => {
    const flac = Uint8Array.from(readFileSync(fixture('tone.flac'))).subarray(0, 60)
    await expect(readAudioFile(workspace.file('cut.flac', flac))).rejects.toMatchObject({
      code: 'invalid-audio',
      message: expect.stringContaining('FLAC'),
    })
  })
})

test('reads WAV', async () => {
  const path = workspace.file('a.wav', writeWav(new Float32Array(1234).fill(0.25), 22_050))
  const { samples, sampleRate } = await readAudioFile(path)
  expect([samples.length, samples[99], sampleRate]).toEqual([1234, 0.25, 22_050])
})

test.each([
  ['an empty file', new Uint8Array(0), 'invalid-audio', /empty/],
  ['a WAV file without samples', writeWav(new Float32Array(0)), 'invalid-audio', /no sound/],
  ['a web page', '<!doctype html><html><body>Not found</body></html>', 'invalid-wav', /web page/],
  ['a truncated WAV file', writeWav(new Float32Array(1000)).subarray(0, 500), 'invalid-wav', /./],
  ['random text', 'hello, this is no sound at all', 'invalid-wav', /not a sound file/],
])('refuses %s by name', async (_, contents, code, message) => {
  const path = workspace.file('bad.wav', contents)
  await expect(readAudioFile(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

test('refuses a file that is not there, and a folder', async () => {
  await expect(readAudioFile('/nowhere/a.wav')).rejects.toMatchObject({ code: 'file-not-found' })
  await expect(readAudioFile(workspace.folder)).rejects.toMatchObject({
    code: 'file-unreadable',
    message: expect.stringContaining('folder'),
  })
})
