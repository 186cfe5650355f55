// STT streams of the LiveKit plugin, all in this process over one model, each fed in real time with frames as LiveKit gives them: without a room, so
// that figures are of the recognition and not of WebRTC. Prints one JSON line. Called by livekit.mjs:
// node bench/livekit-sessions.mjs ENGINE FOLDER SESSIONS TURNS CORES
import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { initializeLogger, stt as speech } from '@livekit/agents'
import { AudioFrame } from '@livekit/rtc-node'
import { STT } from '@sensevoice-web/livekit'
import { BACKENDS } from './livekit-backends.mjs'
import { SAMPLES_PER_MS, SPEECH_END_MS, TURN_MS, turnOfSpeech } from './turn-of-speech.mjs'

const [engine, folder, ...numbers] = process.argv.slice(2)
const [sessions, turns, cores] = numbers.map(Number)
const FRAME_MS = 10
const FRAME_SAMPLES = FRAME_MS * SAMPLES_PER_MS
/** The last result may come so long behind the last turn; what has none by then counts as never answered. */
const PATIENCE_MS = 10_000
const { FINAL_TRANSCRIPT, INTERIM_TRANSCRIPT } = speech.SpeechEventType

initializeLogger({ pretty: false, level: 'silent' })
const mib = (field) =>
  Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024
const until = (dueMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())))

const turn = turnOfSpeech()
const frames = Array.from({ length: TURN_MS / FRAME_MS }, (_, at) =>
  turn.subarray(at * FRAME_SAMPLES, (at + 1) * FRAME_SAMPLES),
)

// The VAD first, by an STT of its own that stays: see sherpa-recognizer.mjs.
const first = new STT({ backend: BACKENDS.sensevoice(undefined, 1) })
const heardNothing = first.stream()
heardNothing.endInput()
for await (const _ of heardNothing);
const stt = new STT({ backend: BACKENDS[engine](folder, cores) })
await stt.prewarm()
const loadedMib = mib('VmRSS')

let [lateMs, interims] = [0, 0]

function listen(stream) {
  const finals = []
  const ended = (async () => {
    for await (const { type, alternatives } of stream) {
      if (type === INTERIM_TRANSCRIPT) interims += 1
      const data = alternatives?.[0]
      if (type !== FINAL_TRANSCRIPT || data === undefined) continue
      finals.push({ middleMs: 500 * (data.startTime + data.endTime), atMs: performance.now() })
    }
  })()
  return { finals, ended }
}

async function speak(stream, startMs) {
  for (let number = 0; number < (turns + 1) * frames.length; number += 1) {
    const due = startMs + (number + 1) * FRAME_MS
    await until(due)
    lateMs = Math.max(lateMs, performance.now() - due)
    stream.pushFrame(new AudioFrame(frames[number % frames.length], 16_000, 1, FRAME_SAMPLES))
  }
  stream.endInput()
}

const begin = performance.now() + 200
const processorBefore = process.cpuUsage()
const all = Array.from({ length: sessions }, (_, at) => {
  const stream = stt.stream()
  const startMs = begin + (at * TURN_MS) / sessions
  return { startMs, spoken: speak(stream, startMs), ...listen(stream) }
})
await Promise.all(all.map(({ spoken }) => spoken))
await Promise.race([Promise.all(all.map(({ ended }) => ended)), until(performance.now() + PATIENCE_MS)])
await nextTurn()
const wallMs = performance.now() - begin
const { user, system } = process.cpuUsage(processorBefore)

/** From the end of each utterance's speech to its last result; the first utterance of each is not measured. */
const latenciesMs = []
let unanswered = 0
for (const { startMs, finals } of all) {
  for (let number = 1; number <= turns; number += 1) {
    const answers = finals.filter(({ middleMs }) => Math.floor(middleMs / TURN_MS) === number)
    if (answers.length === 0) unanswered += 1
    else
      latenciesMs.push(
        Math.max(...answers.map(({ atMs }) => atMs)) - (startMs + number * TURN_MS + SPEECH_END_MS),
      )
  }
}
const soundMs = sessions * (turns + 1) * TURN_MS
console.log(
  JSON.stringify({
    latenciesMs,
    unanswered,
    lateMs,
    interimsEach: interims / (sessions * (turns + 1)),
    processorMs: (user + system) / 1000,
    wallMs,
    soundMs,
    loadedMib,
    peakMib: mib('VmHWM'),
    droppedMs: stt.counters.droppedSamples / SAMPLES_PER_MS,
  }),
)
process.exit(0)
