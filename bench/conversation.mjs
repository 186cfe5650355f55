// A spoken conversation against a local stand-in for language model and voice, over HTTP: how long after the first whole sentence of the reply its first
// sound is handed out (the stand-in's voice takes no time), and how long a barge-in takes until the turn says so and until both requests are closed.
// Bars: 100 ms each. Needs `npm run build`.
// Usage: node bench/conversation.mjs [--runs 50]
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../', import.meta.url))
const { values } = parseArgs({ options: { runs: { type: 'string', default: '50' } } })
const runs = Number(values.runs)
const { Conversation, OpenAiLanguageModel, OpenAiVoice } = await import(
  `${root}packages/pipeline/dist/index.js`
)
const { heard, OpenAiStandIn, tone } = await import(`${root}packages/pipeline/dist/testing/index.js`)
const { LatencyStatistics } = await import(`${root}packages/engine/dist/index.js`)

async function withStandIn(script, use) {
  const standIn = await OpenAiStandIn.start(script)
  const endpoint = { baseUrl: standIn.baseUrl, apiKey: 'sk-bench', model: 'stand-in' }
  const conversation = new Conversation({
    model: new OpenAiLanguageModel(endpoint),
    voice: new OpenAiVoice({ ...endpoint, voice: 'stand-in' }),
    historyTurns: 0,
  })
  try {
    await use(conversation, standIn)
  } finally {
    conversation.close()
    await standIn.close()
  }
}

const pieces = (...texts) => texts.map((say) => ({ say }))
const FIRST = pieces('Hello', ' there', '.')

async function firstSound(name, rest) {
  const late = new LatencyStatistics(runs)
  await withStandIn({ chat: () => [...FIRST, ...rest] }, async (conversation, standIn) => {
    for (let run = 0; run < runs; run += 1) {
      for await (const event of conversation.answer(heard('hello'))) {
        if (event.type !== 'audio') continue
        late.add(performance.now() - standIn.of('chat')[run].stepsMs[FIRST.length - 1])
        break
      }
    }
  })
  report(`first sound after the first whole sentence, ${name}`, late)
}

function* endlessReply() {
  for (let count = 0; ; count += 1) yield* [{ say: `Sentence ${count}. ` }, { waitMs: 30 }]
}

function* endlessSpeech() {
  for (;;) yield* [{ sound: tone(100) }, { waitMs: 20 }]
}

async function bargeIn() {
  const [told, closed] = [new LatencyStatistics(runs), new LatencyStatistics(runs)]
  let soundAfter = 0
  await withStandIn({ chat: endlessReply, speech: endlessSpeech }, async (conversation, standIn) => {
    for (let run = 0; run < runs; run += 1) {
      let interruptedMs
      for await (const event of conversation.answer(heard('hello'))) {
        if (event.type === 'audio' && interruptedMs !== undefined) soundAfter += 1
        if (event.type === 'cancelled') told.add(performance.now() - interruptedMs)
        if (event.type !== 'audio' || event.endMs < 300 || interruptedMs !== undefined) continue
        interruptedMs = performance.now()
        conversation.interrupt()
      }
      while (standIn.openRequests > 0) await new Promise((resolve) => setTimeout(resolve, 1))
      closed.add(Math.max(...standIn.requests.map((request) => request.abortedMs ?? 0)) - interruptedMs)
    }
  })
  report('barge-in until the turn says so', told)
  report('barge-in until all requests are closed', closed)
  console.log(`pieces of sound handed out after a barge-in: ${soundAfter}`)
}

function report(what, statistics) {
  const { count, p50, p95, max } = statistics.summary()
  const ms = (value) => `${value.toFixed(1)} ms`
  console.log(`${what}, ${count} runs: median ${ms(p50)}, p95 ${ms(p95)}, slowest ${ms(max)}`)
}

await firstSound('reply goes on at once', pieces(' And', ' more', '.'))
await firstSound('next word after 50 ms', [{ waitMs: 50 }, ...pieces(' And', ' more', '.')])
await firstSound('reply falls silent', [{ stall: true }])
await bargeIn()
console.log(`load of the machine: ${loadavg()[0].toFixed(1)} on ${availableParallelism()} processors`)
