import { expect } from '@playwright/test'
import { TALKATIVE } from '../support/addresses.ts'
import { type RunningCompanion, serve, stopAll } from '../support/commands.ts'
import { type Heard, LIBRARY_PAGE, libraryReady, resultsOf } from '../support/library-page.ts'
import { test } from '../support/microphone.ts'
import { answers, hear, heardTimes } from '../support/remote-listening.ts'
import { soundFile, timeline } from '../support/sounds.ts'

const TWO = soundFile(
  'remote-stop',
  timeline([
    { silenceMs: 800 },
    { clip: 'en-three-one-four' },
    { silenceMs: 2000 },
    { clip: 'zh-yu-yin-shi-bie' },
    { silenceMs: 1500 },
  ]),
)
/** One utterance. */
const LONG = soundFile(
  'remote-stop-long',
  timeline([
    { silenceMs: 500 },
    ...Array.from({ length: 3 }, () => ({ clip: 'en-three-one-four' })),
    { silenceMs: 2000 },
  ]),
)

let server: RunningCompanion
let address: string
test.beforeEach(async ({ page }) => {
  server = await serve()
  address = `${server.url.replace('http', 'ws')}/ws/page`
  await page.goto(`${TALKATIVE}${LIBRARY_PAGE}`)
  await libraryReady(page)
})
test.afterEach(() => stopAll())

test('a server that is stopped while nobody speaks: the page goes on, says so, and loses no word', async ({
  page,
}) => {
  const alone = await hear(page, TWO)
  const listening = hear(page, TWO, address)
  await heardTimes(page, ['result'], 1)
  await server.stop()
  const { events, ended, runtime } = await listening
  expect(ended).toEqual({ type: 'done' })
  expect(takenOver(events)).toMatchObject([
    { provider: 'wasm', reason: expect.stringContaining('server is gone') },
  ])
  expect(runtime.provider).toBe('wasm')
  expect(answers(events).map(({ text }) => text)).toEqual(answers(alone.events).map(({ text }) => text))
  expectWhole(events)
})

test('one that is replaced in the middle of a word: what was begun is answered once, and the page goes on behind it', async ({
  page,
}) => {
  // Long enough for the new one, which knows nothing of the session, to be there.
  const listening = hear(page, LONG, address, 30_000)
  await heardTimes(page, ['partial'], 2)
  await server.stop()
  await serve('--port', String(server.port))
  const { events, ended } = await listening
  expect(ended).toEqual({ type: 'done' })
  expect(takenOver(events)).toMatchObject([
    { provider: 'wasm', reason: expect.stringContaining('lost the session') },
  ])
  expectWhole(events)
  const reasons = events.flatMap((event) => (event.type === 'speech-end' ? [event.reason] : []))
  expect(reasons[0]).toBe('flush')
  expect(new Set(reasons.slice(1))).toEqual(new Set(['silence']))
  const heard = answers(events)
  for (const [at, { startSamples }] of heard.entries()) {
    expect(startSamples).toBeGreaterThanOrEqual(heard[at - 1]?.endSamples ?? 0)
  }
  // The digit that was cut in two may be heard in either part, in both or in none.
  const digits = heard.flatMap(({ text }) => text.match(/\d/g) ?? [])
  expect(Math.abs(digits.length - 9)).toBeLessThanOrEqual(1)
})

function takenOver(events: readonly Heard[]) {
  return events.filter(({ type }) => type === 'runtime')
}

/** Each utterance began, ended and was answered once, in order; there were at least two, and no sound was dropped. */
function expectWhole(events: readonly Heard[]): void {
  const of = (type: 'speech-start' | 'speech-end') =>
    events.flatMap((event) => (event.type === type ? [event.segmentId] : []))
  const ids = of('speech-start')
  expect(ids.length).toBeGreaterThanOrEqual(2)
  expect(ids).toEqual(ids.map((_, at) => at))
  expect(of('speech-end')).toEqual(ids)
  expect(resultsOf(events).map(({ segmentId }) => segmentId)).toEqual(ids)
  expect(events.filter(({ type }) => type === 'overrun' || type === 'error')).toEqual([])
}
