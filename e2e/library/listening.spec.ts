import { expect, type Page } from '@playwright/test'
import { ISOLATED, PLAIN } from '../support/addresses.ts'
import {
  type Heard,
  LIBRARY_PAGE,
  libraryReady,
  policyViolations,
  resultsOf,
  sum,
} from '../support/library-page.ts'
import { test } from '../support/microphone.ts'
import { soundFile, timeline } from '../support/sounds.ts'

const PAUSE = { silenceMs: 1500 }

function digits(name: string): string {
  return soundFile(name, timeline([{ silenceMs: 1000 }, { clip: 'en-three-one-four' }, PAUSE]))
}

async function heard(page: Page, results: number) {
  await libraryReady(page)
  return await page.evaluate(async (wanted) => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const { threads, isolated } = analyzer.runtime
    const until = (events: readonly Heard[]) =>
      events.filter((event) => event.type === 'result').length >= wanted
    const outcome = await globalThis.listen(analyzer, { until })
    await analyzer.close()
    return { ...outcome, threads, isolated, closed: analyzer.state }
  }, results)
}

for (const { name, address, isolated } of [
  { name: 'an isolated page', address: ISOLATED, isolated: true },
  { name: 'a page without isolation', address: PLAIN, isolated: false },
]) {
  test(`${name} hears what is said, with scores that sum to 1, under the strict policy`, async ({
    speaker,
  }) => {
    const page = await speaker.open(`${address}${LIBRARY_PAGE}`, digits('digits'))
    const outcome = await heard(page, 1)
    expect(outcome.ended).toEqual({ type: 'done' })
    expect(outcome).toMatchObject({ isolated, closed: 'closed' })
    if (!isolated) expect(outcome.threads).toBe(1)
    const [result] = resultsOf(outcome.events)
    expect(result?.text).toMatch(/^(3 1 4|three one four)\b/i)
    expect(result?.language).toBe('en')
    expect(sum(result?.languageScores ?? {})).toBeCloseTo(1, 5)
    expect(sum(result?.emotionScores ?? {})).toBeCloseTo(1, 5)
    expect(sum(result?.eventScores ?? {})).toBeCloseTo(1, 5)
    expect(result?.tokens.length).toBeGreaterThanOrEqual(3)
    expect(await policyViolations(page)).toEqual([])
  })
}

test('events come in the order of speech, partials while it goes on, levels all along', async ({
  speaker,
}) => {
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, digits('order'))
  const { events } = await heard(page, 2)
  const states = events.flatMap((event) => (event.type === 'state' ? [event.state] : []))
  expect(states.slice(0, 3)).toEqual(['starting', 'listening', 'stopping'])
  const first = events.filter(
    (event) =>
      ('segmentId' in event && event.segmentId === 0) ||
      (event.type === 'partial' && event.partial.segmentId === 0) ||
      (event.type === 'result' && event.result.segmentId === 0),
  )
  const types = first.map((event) => event.type)
  expect(types[0]).toBe('speech-start')
  expect(types.slice(-2)).toEqual(['speech-end', 'result'])
  const partials = first.filter((event) => event.type === 'partial')
  // How many there are is the machine's: the next one waits for the one before. Their distance in sound is tested beside the listener.
  expect(partials.length).toBeGreaterThanOrEqual(1)
  for (const event of partials) {
    if (event.type === 'partial')
      expect(event.partial.stableLength).toBeLessThanOrEqual(event.partial.text.length)
  }
  expect(events.filter((event) => event.type === 'level').length).toBeGreaterThan(40)
  const [a, b] = resultsOf(events)
  expect(b?.startMs).toBeGreaterThanOrEqual(a?.endMs ?? 0)
})

test('a final is decoded while silence is still being waited for', async ({ speaker }) => {
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, digits('speculative'))
  const { events } = await heard(page, 2)
  const gaps = events.flatMap((event) => {
    if (event.type !== 'result') return []
    const { segmentId, timings } = event.result
    const end = events.find((other) => other.type === 'speech-end' && other.segmentId === segmentId)
    return [{ gapMs: event.at - (end?.at ?? 0), decodingMs: timings.totalMs }]
  })
  // Sooner after the end of its segment than decoding takes: it was begun before. One is enough, whatever else the machine did.
  expect(gaps.filter(({ gapMs, decodingMs }) => gapMs < decodingMs)).not.toEqual([])
})

test('two languages in one session', async ({ speaker }) => {
  const sound = timeline([
    { silenceMs: 1000 },
    { clip: 'en-go-left' },
    PAUSE,
    { clip: 'zh-yu-yin-shi-bie' },
    PAUSE,
  ])
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, soundFile('languages', sound))
  await libraryReady(page)
  const { events } = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const languages = (events: readonly Heard[]) =>
      new Set(events.flatMap((event) => (event.type === 'result' ? [event.result.language] : [])))
    return await globalThis.listen(analyzer, {
      until: (soFar) => languages(soFar).size > 1 || soFar.length > 800,
    })
  })
  const results = resultsOf(events)
  const languages = new Set(results.map((result) => result.language))
  expect([...languages].sort()).toEqual(['en', 'zh'])
  expect(results.find((result) => result.language === 'zh')?.text).toMatch(/[语音识别]/)
})

test('pause ends the open segment and nothing is heard until resume', async ({ speaker }) => {
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, digits('pause'))
  await libraryReady(page)
  const outcome = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const marks = { paused: 0, resumed: 0, state: '', muted: false }
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
    const { events } = await globalThis.listen(analyzer, {
      during: async (running, soFar) => {
        while (!soFar.some((event) => event.type === 'speech-start')) await wait(20)
        await wait(600)
        await running.pause()
        await wait(300)
        marks.paused = performance.now()
        marks.state = running.state
        marks.muted = globalThis.streams.every((stream) =>
          stream.getTracks().every((track) => !track.enabled),
        )
        await wait(2000)
        marks.resumed = performance.now()
        await running.resume()
        await wait(4000)
        await running.stop()
      },
    })
    return { events, marks }
  })
  const { events, marks } = outcome
  expect(marks).toMatchObject({ state: 'paused', muted: true })
  expect(events.some((event) => event.type === 'speech-end' && event.reason === 'flush')).toBe(true)
  expect(events.filter((event) => event.at > marks.paused && event.at < marks.resumed)).toEqual([])
  const levels = events.flatMap((event) => (event.type === 'level' ? [event] : []))
  const before = levels.filter((event) => event.at < marks.paused).at(-1)
  const after = levels.find((event) => event.at > marks.resumed)
  expect((after?.positionMs ?? Infinity) - (before?.positionMs ?? 0)).toBeLessThan(300)
  expect(events.some((event) => event.type === 'speech-start' && event.at > marks.resumed)).toBe(true)
})

test('a worker that dies ends listening with a typed error, and a new listen works', async ({ speaker }) => {
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, digits('killed'))
  await libraryReady(page)
  for (const victim of ['sensevoice-recognizer', 'sensevoice-listener']) {
    const outcome = await page.evaluate(async (name) => {
      const analyzer = await globalThis.SpeechAnalyzer.create()
      const dispatched: string[] = []
      analyzer.addEventListener('error', (event) => dispatched.push(event.detail.error.code))
      const broken = await globalThis.listen(analyzer, {
        during: async () => {
          await new Promise((resolve) => setTimeout(resolve, 500))
          globalThis.workers.findLast((entry) => entry.name === name)?.worker.terminate()
        },
      })
      const until = (events: readonly Heard[]) => events.some((event) => event.type === 'result')
      const again = await globalThis.listen(analyzer, { until })
      await analyzer.close()
      return { broken: broken.ended, state: broken.state, dispatched, again }
    }, victim)
    expect(outcome.broken).toMatchObject({ type: 'threw', error: { code: 'worker-failed', retryable: true } })
    expect(outcome.state).toBe('idle')
    expect(outcome.dispatched).toEqual(['worker-failed'])
    expect(outcome.again.ended).toEqual({ type: 'done' })
    expect(resultsOf(outcome.again.events).length).toBeGreaterThanOrEqual(1)
  }
})

test('an unplugged microphone ends listening with microphone-lost after the last words', async ({
  speaker,
}) => {
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, digits('unplugged'))
  await libraryReady(page)
  const { events, ended } = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    return await globalThis.listen(analyzer, {
      during: async (_, soFar) => {
        while (!soFar.some((event) => event.type === 'partial'))
          await new Promise((resolve) => setTimeout(resolve, 20))
        for (const track of globalThis.streams.at(-1)?.getTracks() ?? []) {
          track.stop()
          track.dispatchEvent(new Event('ended'))
        }
      },
    })
  })
  expect(ended).toMatchObject({ type: 'threw', error: { code: 'microphone-lost', retryable: true } })
  expect(resultsOf(events)).toHaveLength(1)
})

test('leaving the loop, aborting and closing release the microphone', async ({ speaker }) => {
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, digits('release'))
  await libraryReady(page)
  const outcome = await page.evaluate(async () => {
    const live = () =>
      globalThis.streams
        .flatMap((stream) => stream.getTracks())
        .filter((track) => track.readyState === 'live').length
    const analyzer = await globalThis.SpeechAnalyzer.create()
    for await (const event of analyzer.listen()) if (event.type === 'level') break
    const afterBreak = { live: live(), state: analyzer.state }

    const controller = new AbortController()
    const reason = new Error('enough')
    let thrown: unknown
    try {
      for await (const event of analyzer.listen({ signal: controller.signal })) {
        if (event.type === 'level') controller.abort(reason)
      }
    } catch (error) {
      thrown = error
    }
    const afterAbort = { live: live(), state: analyzer.state, same: thrown === reason }

    const busy = analyzer.listen()
    const refused = await globalThis.failure(Promise.resolve().then(() => analyzer.listen()))
    await analyzer.close()
    let rest = 0
    for await (const _ of busy) rest += 1
    const closed = await globalThis.failure(Promise.resolve().then(() => analyzer.listen()))
    return { afterBreak, afterAbort, refused, closed, live: live(), state: analyzer.state, rest }
  })
  expect(outcome).toMatchObject({
    afterBreak: { live: 0, state: 'idle' },
    afterAbort: { live: 0, state: 'idle', same: true },
    refused: { code: 'busy' },
    closed: { code: 'closed' },
    live: 0,
    state: 'closed',
  })
})

test('a denied microphone is a typed error that says what to do', async ({ browser }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${ISOLATED}${LIBRARY_PAGE}`)
  await libraryReady(page)
  const { ended, state } = await page.evaluate(async () => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'))
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const outcome = await globalThis.listen(analyzer, {})
    await analyzer.close()
    return outcome
  })
  expect(ended).toMatchObject({ type: 'threw', error: { code: 'microphone-denied' } })
  expect(ended.error?.hint).toContain('Allow')
  expect(state).toBe('idle')
  await context.close()
})

for (const rate of [44_100, 48_000]) {
  test(`a microphone at ${rate} Hz`, async ({ speaker }) => {
    const sound = timeline([{ silenceMs: 1000 }, { clip: 'en-three-one-four' }, PAUSE])
    const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, soundFile(`rate-${rate}`, sound, rate))
    const { events } = await heard(page, 1)
    expect(resultsOf(events)[0]?.text).toMatch(/^(3 1 4|three one four)\b/i)
  })
}

test('an iterable of chunks and a MediaStream are heard like a microphone, and settings change on the way', async ({
  speaker,
}) => {
  const file = soundFile('sources', timeline([{ silenceMs: 1000 }, { clip: 'en-three-one-four' }, PAUSE]))
  const page = await speaker.open(`${ISOLATED}${LIBRARY_PAGE}`, file)
  await page.route('**/sound.wav', (route) => route.fulfill({ path: file, contentType: 'audio/wav' }))
  await libraryReady(page)
  const outcome = await page.evaluate(async () => {
    const analyzer = await globalThis.SpeechAnalyzer.create()
    const bytes = await (await fetch('/sound.wav')).arrayBuffer()
    const buffer = await new OfflineAudioContext(1, 1, 44_100).decodeAudioData(bytes)
    const samples = buffer.getChannelData(0)
    async function* chunks() {
      for (let at = 0; at < samples.length; at += 4410) {
        yield { samples: samples.slice(at, at + 4410), sampleRate: 44_100 }
      }
    }
    const iterable = await globalThis.listen(analyzer, { options: { source: chunks(), partials: false } })
    await analyzer.configure({ language: 'en', withItn: false })
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    const until = (events: readonly Heard[]) => events.some((event) => event.type === 'result')
    const media = await globalThis.listen(analyzer, { options: { source: stream }, until })
    const live = stream.getTracks().every((track) => track.readyState === 'live')
    for (const track of stream.getTracks()) track.stop()
    await analyzer.close()
    return { iterable, media, live }
  })
  expect(outcome.iterable.ended).toEqual({ type: 'done' })
  const words = resultsOf(outcome.iterable.events).map((result) => result.text)
  expect(words.join(' ')).toMatch(/^(3 1 4|three one four)\b/i)
  expect(outcome.iterable.events.some((event) => event.type === 'partial')).toBe(false)
  const [forced] = resultsOf(outcome.media.events)
  expect(forced).toMatchObject({ language: 'en', languageForced: true, withItn: false })
  expect(forced?.languageScores).toBeUndefined()
  expect(outcome.live).toBe(true)
})
