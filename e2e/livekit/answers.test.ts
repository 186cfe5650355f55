import { dispose } from '@livekit/rtc-node'
import { type StandInStep, tone } from '@sensevoice-web/pipeline/testing'
import { afterAll, expect, test, vi } from 'vitest'
import { answering, type CueMessage, cuesOf, KEYS } from './support/answering.ts'
import { Arrivals } from './support/arrivals.ts'
import type { Transcription } from './support/listener.ts'
import { digits, framed, loudPart, recognized } from './support/spoken.ts'
import { stage } from './support/stage.ts'
import { Voice } from './support/voice.ts'
import { withLivekit } from './support/with-livekit.ts'

const said = digits()
const LEAD_MS = 1000
// Enough silence for the end of the speech to be heard.
const TAIL_MS = 2500
const SILENCE_MS = 400
// Where the first digit begins in the clip.
const ONSET_MS = 350
// Half of what may wait in the source; the hearer's own buffer may stretch sound by some of it.
const STRETCH_MS = 200
const TOLD_LIMIT = { timeout: 5000 }

const ended = ({ type }: CueMessage) => type !== 'cue'
const isFinal = ({ attributes }: Transcription) => attributes['lk.transcription_final'] === 'true'

/** A reply without end, spoken without end. */
function* endlessReply(): Generator<StandInStep> {
  for (let count = 0; ; count += 1) yield* [{ say: `Sentence ${count}. ` }, { waitMs: 100 }]
}
function* endlessSpeech(): Generator<StandInStep> {
  for (;;) yield* [{ sound: tone(100) }, { waitMs: 40 }]
}

withLivekit('the agent with a language model and a voice', () => {
  afterAll(() => dispose())

  test('answers what was said by sound, by text, and by cues at the time of the sound', async () => {
    const { agent, join, standIn } = await answering(
      {
        chat: () => [{ say: '[happy] So many' }, { say: ' digits. ' }, { say: 'Was that all?' }],
        speech: () => [{ sound: new Int16Array(SILENCE_MS * 24) }, { sound: tone(600) }],
      },
      { LLM_SYSTEM: 'You are a test.' },
    )
    const [anna, ben] = [await join('talk', 'anna'), await join('talk', 'ben')]
    const cues = cuesOf(ben)
    const voice = await Voice.open(anna.room)
    await ben.agentListens()
    const states = new Arrivals<string>()
    ben.room.on('participantAttributesChanged', ({ 'lk.agent.state': state = '' }) => states.add(state))
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    const [self = ''] = ben.agents()
    const end = await cues.first('the end of the answer', ended)
    expect(end).toMatchObject({ type: 'end', turn: 1, outcome: 'answered', audioMs: 2000 })

    const recording = await ben.ear.of(self)
    await recording.reach(recording.lengthSamples + 8000)
    const heard = recording.samples()
    const onset = heard.findIndex((value) => Math.abs(value) > 0.1) / 16
    const loud = loudPart(heard)
    // Two tones of 600 ms; what a busy machine puts between them is not loud.
    expect(Math.abs(loud.loudMs - 1200)).toBeLessThan(200)
    expect(loud.rms).toBeGreaterThan(0.1)

    const { transcriptions } = ben.listener
    const text = await transcriptions.first('its text', (one) => one.identity === self && isFinal(one))
    expect(text.text).toBe('So many digits. Was that all?')
    expect(text.attributes['lk.transcribed_track_id']).toBe(recording.trackSid)

    const shown = cues.all.filter(({ type }) => type === 'cue')
    expect(shown.map(({ startMs }) => startMs)).toEqual([0, ...shown.slice(0, -1).map(({ endMs }) => endMs)])
    expect(shown.at(-1)?.endMs).toBe(2000)
    const lagsMs: number[] = []
    for (const { startMs, endMs, expression, mouth, heardMs, playsInMs } of shown) {
      expect(expression).toEqual({ emotion: 'happy', intensity: 1 })
      expect(mouth).toHaveLength((endMs - startMs) / 20)
      const inSentenceMs = startMs % 1000
      if (inSentenceMs >= SILENCE_MS) expect(Math.max(...mouth)).toBeGreaterThan(0.8)
      // How long the hearer's own buffer takes: 0 to 300 ms on an idle machine. Only told: spoken-turn.test.ts judges the order of cues and sound.
      lagsMs.push(onset - SILENCE_MS + startMs - (heardMs + playsInMs))
    }
    process.stdout.write(`cues before their sound is heard: ${lagsMs.map(Math.round).join(', ')} ms\n`)
    expect(shown[0]?.mouth.every((open) => open < 0.1)).toBe(true)

    await states.first('an agent that listens again', (state) => state === 'listening')
    expect(states.all).toEqual(['thinking', 'speaking', 'listening'])
    const [question] = standIn.of('chat')
    expect(question?.headers.authorization).toBe(`Bearer ${KEYS.LLM_KEY}`)
    expect(question?.body['messages']).toMatchObject([
      { role: 'system', content: 'You are a test.' },
      { role: 'user', content: expect.stringContaining(await recognized(said)) },
    ])
    expect(standIn.of('speech')[0]?.headers.authorization).toBe(`Bearer ${KEYS.VOICE_KEY}`)
    for (const secret of [...Object.values(KEYS), 'digits', 'You are a test']) {
      expect(agent.said).not.toContain(secret)
    }
  })

  test('is silent when somebody speaks, and gives up all its requests', async () => {
    const { agent, join, standIn } = await answering({
      chat: (_, index) => (index === 0 ? endlessReply() : [{ stall: true }]),
      speech: endlessSpeech,
    })
    const [anna, ben] = [await join('talk', 'anna'), await join('talk', 'ben')]
    const cues = cuesOf(ben)
    const voice = await Voice.open(anna.room)
    await ben.agentListens()
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    await cues.first('a second of the answer', ({ endMs }) => endMs >= 1000)
    expect(standIn.openRequests).toBeGreaterThanOrEqual(2)
    const speaks = voice.say(framed(said.subarray(ONSET_MS * 16), 0, TAIL_MS))
    const spokenAtMs = performance.now()
    const stop = await cues.first('the end of the answer', ended)
    const toldMs = performance.now() - spokenAtMs
    expect(stop).toMatchObject({ type: 'stop', turn: 1 })
    const open = standIn.requests.filter(({ abortedMs, body }) => abortedMs === undefined && body['stream'])
    expect(open.length).toBeLessThanOrEqual(1)

    // The agent's own clock: from the event "somebody speaks" until its source is empty and the answer is cancelled.
    const silencedMs = await vi.waitFor(() => {
      const told = /"?silencedMs"?: ?([\d.]+)/.exec(agent.said)?.[1]
      if (told === undefined) throw new Error('the agent has not told how long it took')
      return Number(told)
    }, TOLD_LIMIT)
    // What was heard is what the source had played: nothing that waited there came out.
    await speaks
    const [self = ''] = ben.agents()
    const recording = await ben.ear.of(self)
    const heardMs = loudPart(recording.samples()).loudMs
    process.stdout.write(
      `barge-in: source silent after ${silencedMs.toFixed(1)} ms; played ${stop.playedMs.toFixed(0)} ms, heard ${heardMs.toFixed(0)} ms; from the first sound of the speaker to the message, with the VAD: ${toldMs.toFixed(0)} ms\n`,
    )
    expect(heardMs - stop.playedMs).toBeLessThanOrEqual(STRETCH_MS)
    const { transcriptions } = ben.listener
    const text = await transcriptions.first('what was said', (one) => one.identity === self && isFinal(one))
    expect(text.text).toMatch(/^Sentence 0\./)
  })

  test('answers all that was said when somebody goes on before its first sound', async () => {
    const { join, standIn } = await answering({
      chat: (_, index) => (index === 0 ? [{ stall: true }] : [{ say: 'All of it.' }]),
    })
    const anna = await join('talk', 'anna')
    const cues = cuesOf(anna)
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    await expect.poll(() => standIn.of('chat').length, { timeout: 20_000 }).toBe(1)
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    expect(await cues.first('the end of the answer', ({ type }) => type === 'end')).toMatchObject({
      outcome: 'answered',
    })
    const { transcriptions } = anna.listener
    const words = transcriptions.all.filter((one) => one.identity === 'anna' && isFinal(one))
    expect(words.length).toBeGreaterThanOrEqual(2)
    expect(standIn.of('chat').at(-1)?.body['messages']).toMatchObject([
      { role: 'user', content: expect.stringContaining(words.map(({ text }) => text).join('\n')) },
    ])
  })

  test('says its fallback when the language model is down', async () => {
    const { join } = await answering(
      { chat: () => [{ status: 500 }], speech: () => [{ sound: tone(500) }] },
      { FALLBACK_TEXT: 'Say that again.' },
    )
    const anna = await join('talk', 'anna')
    const cues = cuesOf(anna)
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    const end = await cues.first('the end of the fallback', ended)
    expect(end).toMatchObject({ type: 'end', outcome: 'fallback', audioMs: 500 })
    const [self = ''] = anna.agents()
    const { transcriptions } = anna.listener
    const text = await transcriptions.first('its text', (one) => one.identity === self && isFinal(one))
    expect(text.text).toBe('Say that again.')
    const recording = await anna.ear.of(self)
    await recording.reach(recording.lengthSamples + 8000)
    expect(Math.abs(loudPart(recording.samples()).loudMs - 500)).toBeLessThan(200)
  })

  test('is silent when the voice is down, and answers the next time', async () => {
    const { agent, join } = await answering({
      speech: (_, index) => (index < 4 ? [{ status: 500 }] : [{ sound: tone(300) }]),
    })
    const anna = await join('talk', 'anna')
    const cues = cuesOf(anna)
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    expect(await cues.first('the end of the first answer', ended)).toMatchObject({
      type: 'end',
      outcome: 'fallback',
      audioMs: 0,
    })
    const [self = ''] = anna.agents()
    expect(anna.listener.transcriptions.all.filter(({ identity }) => identity === self)).toEqual([])
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    const next = (one: CueMessage) => ended(one) && one.turn === 2
    expect(await cues.first('the end of the second answer', next)).toMatchObject({ outcome: 'answered' })
    expect(agent.said).toContain('an answer failed')
  })

  test('answers on after the server was killed and started', async () => {
    // An agent with a name goes where it is sent: the restarted server sends no second one.
    const LIVEKIT_AGENT_NAME = 'answerer'
    const { server, agent, join } = await answering(
      { speech: () => [{ sound: tone(500) }] },
      { LIVEKIT_AGENT_NAME },
    )
    const anna = await join('talk', 'anna')
    await server.sendAgent('talk', LIVEKIT_AGENT_NAME)
    const cues = cuesOf(anna)
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    await anna.seesRestart(server, agent)
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    expect(await cues.first('the end of the answer', ended)).toMatchObject({ outcome: 'answered' })
    const [self = ''] = anna.agents()
    const heard = anna.ear.recordings.all.findLast(({ identity }) => identity === self)
    await heard?.reach(heard.lengthSamples + 8000)
    expect(loudPart(heard?.samples() ?? new Float32Array()).loudMs).toBeGreaterThan(800)
  })

  test('does not start with half of its settings', async () => {
    await expect(stage({ LLM_URL: 'http://127.0.0.1:1/v1', VOICE_NAME: 'alto' })).rejects.toThrow(
      /needs LLM_MODEL, VOICE_URL, VOICE_MODEL too/,
    )
  })
})
