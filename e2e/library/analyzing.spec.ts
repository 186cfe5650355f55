import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { ISOLATED, PLAIN } from '../support/addresses.ts'
import { LIBRARY_PAGE, libraryReady, policyViolations } from '../support/library-page.ts'
import { soundFile, timeline } from '../support/sounds.ts'

const DIGITS = timeline([{ silenceMs: 500 }, { clip: 'en-three-one-four' }, { silenceMs: 1000 }])
const THREE_ONE_FOUR = /^(3 1 4|three one four)\b/i

test.beforeEach(async ({ page }) => {
  await page.goto(`${PLAIN}${LIBRARY_PAGE}`)
  await libraryReady(page)
})

test('a file, its address, samples at another rate and an AudioBuffer give the same words', async ({
  page,
}) => {
  await page.route('**/sound.wav', (route) =>
    route.fulfill({ path: soundFile('digits-file', DIGITS), contentType: 'audio/wav' }),
  )
  const found = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const file = await (await fetch('/sound.wav')).blob()
    const buffer = await new OfflineAudioContext(1, 1, 44_100).decodeAudioData(await file.arrayBuffer())
    const stereo = new AudioBuffer({ length: buffer.length, numberOfChannels: 2, sampleRate: 44_100 })
    for (const channel of [0, 1]) stereo.copyToChannel(buffer.getChannelData(0), channel)
    const inputs = [
      () => analyzer.analyze(file),
      () => analyzer.analyze('/sound.wav'),
      () => analyzer.analyze(new URL('/sound.wav', location.href)),
      () => analyzer.analyze(buffer.getChannelData(0), { sampleRate: 44_100 }),
      () => analyzer.analyze({ samples: buffer.getChannelData(0), sampleRate: 44_100 }),
      () => analyzer.analyze(stereo),
      () => analyzer.analyze(file, { vad: false }),
    ]
    const texts: string[] = []
    const durations: number[] = []
    for (const analyze of inputs) {
      const { results, durationMs } = await analyze()
      texts.push(results.map((result) => result.text).join(' '))
      durations.push(Math.round(durationMs))
    }
    await analyzer.close()
    return { texts, durations, expected: Math.round(buffer.duration * 1000) }
  })
  expect(found.texts).toHaveLength(7)
  for (const text of found.texts) expect(text).toMatch(THREE_ONE_FOUR)
  for (const duration of found.durations) expect(Math.abs(duration - found.expected)).toBeLessThanOrEqual(1)
  expect(await policyViolations(page)).toEqual([])
})

test('a coding that only the browser knows is decoded by the browser', async ({ page }) => {
  await page.route('**/alaw.wav', (route) =>
    route.fulfill({ body: aLawFile(DIGITS), contentType: 'audio/wav' }),
  )
  const text = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const { results } = await analyzer.analyze('/alaw.wav')
    await analyzer.close()
    return results.map((result) => result.text).join(' ')
  })
  expect(text).toMatch(THREE_ONE_FOUR)
})

test('60 s are analyzed without a long task on the page, with progress to the end', async ({ page }) => {
  const minute = timeline(
    Array.from({ length: 12 }, () => [{ clip: 'en-three-one-four' }, { silenceMs: 2800 }]).flat(),
  )
  await page.goto(`${ISOLATED}${LIBRARY_PAGE}`)
  await libraryReady(page)
  await page.route('**/minute.wav', (route) =>
    route.fulfill({ path: soundFile('minute', minute), contentType: 'audio/wav' }),
  )
  const outcome = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const file = await (await fetch('/minute.wav')).blob()
    const longTasks: number[] = []
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longTasks.push(entry.duration)
    })
    observer.observe({ type: 'longtask' })
    const progress: number[] = []
    const seen = new Set<string>()
    const { results, errors, durationMs, elapsedMs } = await analyzer.analyze(file, {
      onEvent: (event) => {
        seen.add(event.type)
        if (event.type === 'analysis-progress') progress.push(event.analyzedMs / event.totalMs)
      },
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    observer.disconnect()
    await analyzer.close()
    return { count: results.length, errors, durationMs, elapsedMs, longTasks, progress, seen: [...seen] }
  })
  expect(outcome.longTasks).toEqual([])
  expect(outcome.errors).toEqual([])
  expect(outcome.durationMs).toBeGreaterThan(55_000)
  expect(outcome.elapsedMs).toBeLessThan(outcome.durationMs)
  expect(outcome.count).toBeGreaterThanOrEqual(12)
  expect(outcome.seen).toEqual(
    expect.arrayContaining(['speech-start', 'speech-end', 'result', 'analysis-progress']),
  )
  expect(outcome.seen).not.toContain('overrun')
  expect(outcome.progress.at(-1)).toBe(1)
  expect([...outcome.progress].sort((a, b) => a - b)).toEqual(outcome.progress)
})

test('an analysis can be aborted, and the next one works', async ({ page }) => {
  await page.route('**/sound.wav', (route) =>
    route.fulfill({ path: soundFile('digits-abort', DIGITS), contentType: 'audio/wav' }),
  )
  const outcome = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const controller = new AbortController()
    const reason = new Error('changed my mind')
    let thrown: unknown
    try {
      await analyzer.analyze(new Float32Array(16_000 * 120), {
        sampleRate: 16_000,
        signal: controller.signal,
        onEvent: () => controller.abort(reason),
      })
    } catch (error) {
      thrown = error
    }
    const state = analyzer.state
    const { results } = await analyzer.analyze('/sound.wav')
    await analyzer.close()
    return { same: thrown === reason, state, text: results[0]?.text }
  })
  expect(outcome).toMatchObject({ same: true, state: 'idle' })
  expect(outcome.text).toMatch(THREE_ONE_FOUR)
})

test('what cannot be analyzed is refused by name', async ({ page }) => {
  const whole = readFileSync(soundFile('digits-broken', DIGITS))
  await page.route('**/cut.wav', (route) =>
    route.fulfill({ body: whole.subarray(0, 30), contentType: 'audio/wav' }),
  )
  await page.route('**/text.wav', (route) =>
    route.fulfill({ body: 'not sound at all', contentType: 'audio/wav' }),
  )
  const errors = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const samples = new Float32Array(16_000)
    const broken = samples.with(5, Number.NaN)
    const codes: Record<string, string | undefined> = {}
    const attempts: Record<string, () => Promise<unknown>> = {
      missing: () => analyzer.analyze('/no-such.wav'),
      cut: () => analyzer.analyze('/cut.wav'),
      text: () => analyzer.analyze('/text.wav'),
      noRate: () => analyzer.analyze(samples),
      badRate: () => analyzer.analyze(samples, { sampleRate: 4000 }),
      empty: () => analyzer.analyze(new Float32Array(0), { sampleRate: 16_000 }),
      notANumber: () => analyzer.analyze(broken, { sampleRate: 16_000 }),
      badVad: () => analyzer.analyze(samples, { sampleRate: 16_000, vad: { preRollMs: -1 } }),
    }
    for (const [name, attempt] of Object.entries(attempts))
      codes[name] = (await globalThis.failure(attempt()))?.code
    const { results } = await analyzer.analyze(samples, { sampleRate: 16_000 })
    await analyzer.close()
    codes['afterwards'] = `${results.length} results`
    codes['closed'] = (await globalThis.failure(analyzer.analyze(samples, { sampleRate: 16_000 })))?.code
    return codes
  })
  expect(errors).toEqual({
    missing: 'file-not-found',
    cut: 'invalid-wav',
    text: 'unsupported-audio',
    noRate: 'invalid-argument',
    badRate: 'sample-rate-unsupported',
    empty: 'invalid-audio',
    notANumber: 'invalid-audio',
    badVad: 'invalid-argument',
    afterwards: '0 results',
    closed: 'closed',
  })
})

/** A WAV file in A-law (format 6), 16 kHz, which our own reader leaves to the browser. */
function aLawFile(sound: Float32Array): Buffer {
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + sound.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(6, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(16_000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(sound.length, 40)
  return Buffer.concat([header, Buffer.from(Uint8Array.from(sound, aLaw))])
}

/** ITU-T G.711. */
function aLaw(sample: number): number {
  const magnitude = Math.min(4095, Math.floor(Math.abs(sample) * 4096))
  const exponent = magnitude < 32 ? 0 : Math.floor(Math.log2(magnitude)) - 4
  const mantissa = (exponent === 0 ? magnitude >> 1 : magnitude >> exponent) & 0x0f
  return ((sample >= 0 ? 0x80 : 0) | (exponent << 4) | mantissa) ^ 0x55
}
