import { readFileSync } from 'node:fs'
import { expect, type Page } from '@playwright/test'
import { TALKATIVE } from '../support/addresses.ts'
import { type RunningCompanion, serve } from '../support/commands.ts'
import { LIBRARY_PAGE, libraryReady, policyViolations, resultsOf, sum } from '../support/library-page.ts'
import { test } from '../support/microphone.ts'
import { answers, hear, heardTimes } from '../support/remote-listening.ts'
import { soundFile, timeline } from '../support/sounds.ts'
import { TcpWay } from '../support/tcp-way.ts'

const SOUND = soundFile(
  'remote',
  timeline([
    { silenceMs: 800 },
    { clip: 'en-three-one-four' },
    { silenceMs: 1500 },
    { clip: 'zh-yu-yin-shi-bie' },
    { silenceMs: 1500 },
  ]),
)
/** Long enough for the server to go away in the middle of what is being said. */
const LONG = soundFile(
  'remote-long',
  timeline([
    { silenceMs: 500 },
    ...Array.from({ length: 3 }, () => ({ clip: 'en-three-one-four' })),
    { silenceMs: 2000 },
  ]),
)
/** That the server hears. */
const SIGNS = ['partial', 'speech-end'] as const

let server: RunningCompanion
let way: TcpWay
let address: string
test.beforeAll(async () => {
  server = await serve()
})
test.afterAll(() => server.kill())
test.beforeEach(async () => {
  way = new TcpWay(server.port)
  address = await way.open()
})
test.afterEach(() => way.close().catch(() => {}))

async function open(page: Page): Promise<void> {
  await page.goto(`${TALKATIVE}${LIBRARY_PAGE}`)
  await libraryReady(page)
}

/** Analyzes the sound in the page and over the server. */
async function both(page: Page, options: { vad?: false } = {}) {
  const bytes = [...readFileSync(SOUND)]
  return await page.evaluate(
    async ({ address, bytes, options }) => {
      const file = new Blob([Uint8Array.from(bytes)])
      const outcomes = []
      for (const remote of [undefined, address]) {
        const analyzer = await globalThis.SpeechAnalyzer.create(remote === undefined ? {} : { remote })
        const types: string[] = []
        const { results } = await analyzer.analyze(file, {
          ...options,
          onEvent: ({ type }) => types.push(type),
        })
        const { runtime, model, modelPlace } = analyzer
        outcomes.push({ results, types, runtime, model, modelPlace })
        await analyzer.close()
      }
      return outcomes
    },
    { address, bytes, options },
  )
}

for (const [what, options] of [
  ['cut by the VAD', {}],
  ['as one segment', { vad: false }],
] as const) {
  test(`a file has the results of the page, ${what}`, async ({ page }) => {
    await open(page)
    const [here, there] = await both(page, options)
    if (here === undefined || there === undefined) throw new Error('both were asked')
    expect(there.runtime).toMatchObject({ provider: 'remote', reason: expect.stringContaining('127.0.0.1') })
    expect(there.modelPlace.kind).toBe('server')
    const { embedded: _embedded, ...model } = here.model
    expect(there.model).toMatchObject({ name: model.name, version: model.version, notice: model.notice })
    expect(there.results.map(({ text }) => text)).toEqual(here.results.map(({ text }) => text))
    expect(here.results.length).toBe(options === undefined || 'vad' in options ? 1 : 2)
    // How far hearing runs ahead of recognizing is each place's own affair.
    expect(counts(there.types)).toEqual(counts(here.types))
    for (const [at, result] of there.results.entries()) {
      const own = here.results[at]
      expect(result.tokens.map(({ id, startMs }) => [id, startMs])).toEqual(
        own?.tokens.map(({ id, startMs }) => [id, startMs]),
      )
      expect(result.startSamples).toBe(own?.startSamples)
      expect(result.endSamples).toBe(own?.endSamples)
      // Sound is rounded to 16 bit on its way, and Node computes with another build of onnxruntime.
      expect(result.confidence).toBeCloseTo(own?.confidence ?? 0, 1)
      expect(sum(result.emotionScores)).toBeCloseTo(1, 5)
    }
    expect(await policyViolations(page)).toEqual([])
  })
}

test('a microphone has the events of the page, and nothing that recognizes is loaded', async ({
  speaker,
}) => {
  const page = await speaker.open(`${TALKATIVE}${LIBRARY_PAGE}`, SOUND)
  await libraryReady(page)
  const { events, ended, workers } = await page.evaluate(async (remote) => {
    const analyzer = await globalThis.SpeechAnalyzer.create({ remote })
    const outcome = await globalThis.listen(analyzer, {
      until: (heard) => heard.filter(({ type }) => type === 'result').length >= 2,
    })
    return { ...outcome, workers: globalThis.workers.length }
  }, address)
  expect(ended).toEqual({ type: 'done' })
  expect(workers).toBe(0)
  const types = new Set(events.map(({ type }) => type))
  expect([...types].sort()).toEqual(['level', 'partial', 'result', 'speech-end', 'speech-start', 'state'])
  const [first] = resultsOf(events)
  expect(first?.text).toMatch(/^3 1 4/)
  const { endOfSpeechToResultMs = 0, networkMs = -1 } = first?.timings ?? {}
  expect(networkMs).toBeGreaterThanOrEqual(0)
  // The hang-over of 640 ms is a part of it; the way over loopback is next to nothing.
  expect(endOfSpeechToResultMs).toBeGreaterThan(300)
  expect(networkMs).toBeLessThan(endOfSpeechToResultMs)
  const levels = events.filter(({ type }) => type === 'level')
  expect(levels.some((event) => event.type === 'level' && event.speaking)).toBe(true)
})

test('a connection that is cut again and again loses and doubles nothing', async ({ page }) => {
  await open(page)
  const alone = await hear(page, SOUND)
  const listening = hear(page, SOUND, address)
  for (let cut = 1; cut <= 3; cut += 1) {
    await heardTimes(page, SIGNS, cut)
    way.cut()
  }
  const { events } = await listening
  // The greeting, the first one, and one after every cut.
  expect(way.connections).toBe(5)
  expect(events.filter(({ type }) => type === 'runtime' || type === 'overrun')).toEqual([])
  expect(answers(events)).toEqual(answers(alone.events))
})

test('a server that goes away in the middle of a word: the page goes on, says so, and comes back to it', async ({
  page,
}) => {
  await open(page)
  const alone = await hear(page, SOUND)
  const listening = hear(page, SOUND, address)
  await heardTimes(page, SIGNS, 2)
  await way.close()
  const { events, ended, runtime } = await listening
  expect(ended).toEqual({ type: 'done' })
  const told = events.flatMap((event) => (event.type === 'runtime' ? [event] : []))
  expect(told).toMatchObject([{ provider: 'wasm', reason: expect.stringContaining('server is gone') }])
  expect(runtime.provider).toBe('wasm')
  expect(events.filter(({ type }) => type === 'overrun')).toEqual([])
  expect(answers(events).map(({ text }) => text)).toEqual(answers(alone.events).map(({ text }) => text))
  const starts = events.flatMap((event) => (event.type === 'speech-start' ? [event.segmentId] : []))
  expect(starts).toEqual([0, 1])
  expect(resultsOf(events).map(({ segmentId }) => segmentId)).toEqual(starts)

  expect(await way.open()).toBe(address)
  const { events: later, runtime: again } = await hear(page, SOUND, address)
  expect(later.filter(({ type }) => type === 'runtime')).toMatchObject([{ provider: 'remote' }])
  expect(again.provider).toBe('remote')
  expect(answers(later)).toEqual(answers(alone.events))
})

test('a file goes on in the page too', async ({ page }) => {
  await open(page)
  const bytes = [...readFileSync(SOUND)]
  const analyzing = page.evaluate(
    async ({ remote, bytes }) => {
      const analyzer = await globalThis.SpeechAnalyzer.create({ remote: { url: remote, patienceMs: 300 } })
      document.documentElement.dataset['heard'] = 'ready'
      await new Promise((resolve) => document.addEventListener('go', resolve, { once: true }))
      const { results } = await analyzer.analyze(new Blob([Uint8Array.from(bytes)]))
      return { texts: results.map(({ text }) => text), runtime: analyzer.runtime, model: analyzer.model }
    },
    { remote: address, bytes },
  )
  await page.waitForSelector('html[data-heard=ready]')
  await way.close()
  await page.evaluate(() => document.dispatchEvent(new Event('go')))
  const { texts, runtime, model } = await analyzing
  expect(texts).toHaveLength(2)
  expect(texts[0]).toMatch(/^3 1 4/)
  expect(runtime.provider).toBe('wasm')
  expect(model.embedded).toBe(true)
})

test('a server that is not there: the page by itself, or a clear error if that is not wished', async ({
  page,
}) => {
  await open(page)
  await way.close()
  const outcome = await page.evaluate(async (url) => {
    const { SpeechAnalyzer, failure } = globalThis
    const analyzer = await SpeechAnalyzer.create({ remote: url })
    const { runtime } = analyzer
    await analyzer.close()
    const alone = { url, fallback: false }
    return { runtime, error: await failure(SpeechAnalyzer.create({ remote: alone })) }
  }, address)
  expect(outcome.runtime).toMatchObject({ provider: 'wasm', reason: expect.stringContaining('not there') })
  expect(outcome.error).toMatchObject({ code: 'network', retryable: true })
})

test('without a way out a server that goes away is an error of listening', async ({ speaker }) => {
  const page = await speaker.open(`${TALKATIVE}${LIBRARY_PAGE}`, LONG)
  await libraryReady(page)
  const listening = page.evaluate(async (url) => {
    const analyzer = await globalThis.SpeechAnalyzer.create({
      remote: { url, fallback: false, patienceMs: 500 },
    })
    return await globalThis.listen(analyzer, {
      during: async () => {
        document.documentElement.dataset['heard'] = 'listening'
      },
    })
  }, address)
  await page.waitForSelector('html[data-heard=listening]')
  await way.close()
  const { ended, state } = await listening
  expect(ended).toMatchObject({ type: 'threw', error: { code: 'network', retryable: true } })
  expect(state).toBe('idle')
})

test('a wrong token, an address that is none and one that the policy forbids are told', async ({ page }) => {
  const guarded = await serve('--token', 'right')
  try {
    await open(page)
    const url = `${guarded.url}/ws/page`
    const told = await page.evaluate(async (url) => {
      const { SpeechAnalyzer, failure } = globalThis
      const refused = (remote: object | string) => failure(SpeechAnalyzer.create({ remote } as never))
      const analyzer = await SpeechAnalyzer.create({ remote: { url, token: 'right', fallback: false } })
      const { provider } = analyzer.runtime
      await analyzer.close()
      return {
        provider,
        wrong: await refused({ url, token: 'wrong', fallback: false }),
        ftp: await refused('ftp://example.org'),
        forbidden: await refused({ url: 'wss://example.org/ws/a', fallback: false }),
      }
    }, url)
    expect(told.provider).toBe('remote')
    expect(told.wrong).toMatchObject({ code: 'network', message: expect.not.stringContaining('wrong') })
    expect(told.ftp).toMatchObject({ code: 'invalid-argument' })
    expect(told.forbidden).toMatchObject({ code: 'network' })
  } finally {
    await guarded.kill()
  }
})

test('what is said before a pause is answered without waiting for silence', async ({ speaker }) => {
  const page = await speaker.open(`${TALKATIVE}${LIBRARY_PAGE}`, LONG)
  await libraryReady(page)
  const { events } = await page.evaluate(async (remote) => {
    const analyzer = await globalThis.SpeechAnalyzer.create({ remote })
    return await globalThis.listen(analyzer, {
      during: async (_, heard) => {
        const has = (type: string) => heard.some((event) => event.type === type)
        while (!has('partial')) await new Promise((resolve) => setTimeout(resolve, 20))
        await analyzer.pause()
        while (!has('result')) await new Promise((resolve) => setTimeout(resolve, 20))
        await analyzer.stop()
      },
    })
  }, address)
  const end = events.find((event) => event.type === 'speech-end')
  expect(end).toMatchObject({ reason: 'flush' })
})

function counts(types: readonly string[]) {
  return ['speech-start', 'speech-end', 'result', 'discarded', 'error'].map(
    (wanted) => types.filter((type) => type === wanted).length,
  )
}
