import { dispose } from '@livekit/rtc-node'
import { afterAll, expect, test } from 'vitest'
import type { Transcription } from './support/listener.ts'
import { digits, framed, loudPart } from './support/spoken.ts'
import { stage } from './support/stage.ts'
import { Voice } from './support/voice.ts'
import { withLivekit } from './support/with-livekit.ts'

const AGENT_STT_MODULE = new URL('./support/loudness-stt.mjs', import.meta.url).href
const said = digits()
const saidMs = loudPart(said).durationMs
const LEAD_MS = 300
// The agent of a room listens when it hears one track; another one it hears within the silence before the words.
const SECOND_TRACK_LEAD_MS = 6000
/** What jitter buffers on a busy machine may add to a sound, or take from it. */
const STRETCH_MS = 250
/** Agents with a name go where they are sent: a server that was restarted sends none by itself. */
const NAME = 'writer'
const TAIL_MS = 1500

const isFinal = ({ attributes }: Transcription) => attributes['lk.transcription_final'] === 'true'

/** How long the agent says that it was loud. */
const loudMs = ({ text }: Transcription) => Number(/^loud for (\d+) ms$/.exec(text)?.[1])

withLivekit('the example agent', () => {
  afterAll(() => dispose())

  test('writes down what each speaker says, in their name, with the details beside, and nothing of it in its logs', async () => {
    const { agent, join } = await stage({ AGENT_STT_MODULE })
    const [anna, ben] = [await join('talk', 'anna'), await join('talk', 'ben')]
    const [voiceOfAnna, voiceOfBen] = [await Voice.open(anna.room), await Voice.open(ben.room)]
    await ben.agentListens()
    await Promise.all([
      voiceOfAnna.say(framed(said, SECOND_TRACK_LEAD_MS, TAIL_MS)),
      voiceOfBen.say(framed(said.subarray(0, 16_000), SECOND_TRACK_LEAD_MS, TAIL_MS)),
    ])
    const { transcriptions, data } = ben.listener
    const ofAnna = await transcriptions.first('anna', (one) => one.identity === 'anna' && isFinal(one))
    const ofBen = await transcriptions.first('ben', (one) => one.identity === 'ben' && isFinal(one))
    expect(Math.abs(loudMs(ofAnna) - saidMs)).toBeLessThan(STRETCH_MS)
    expect(loudMs(ofBen)).toBeLessThan(1000 + STRETCH_MS)
    expect(ofAnna.attributes['lk.transcribed_track_id']).toBe(voiceOfAnna.trackSid)
    expect(ofBen.attributes['lk.transcribed_track_id']).toBe(voiceOfBen.trackSid)

    const segmentId = ofAnna.attributes['lk.segment_id'] ?? 'none'
    const sameSegment = (one: Transcription) => one.attributes['lk.segment_id'] === segmentId
    expect(transcriptions.all.filter(sameSegment).map(({ text }) => text)).toEqual(['loud', ofAnna.text])
    const message = await data.first('the details', ({ text }) => text.includes(segmentId))
    expect(message.topic).toBe('sensevoice.result')
    expect(JSON.parse(message.text)).toMatchObject({
      segmentId,
      participantIdentity: 'anna',
      trackSid: voiceOfAnna.trackSid,
      text: ofAnna.text,
      language: 'en',
      confidence: 1,
      metadata: { emotion_scores: { neutral: 1 } },
    })
    expect(agent.said).not.toContain('loud for')
  })

  test('writes down the last words of a speaker who leaves while speaking', async () => {
    const { join } = await stage({ AGENT_STT_MODULE })
    const [anna, ben] = [await join('talk', 'anna'), await join('talk', 'ben')]
    const voice = await Voice.open(anna.room)
    await ben.agentListens()
    await voice.say(framed(said.subarray(0, 24_000), LEAD_MS, 0))
    await voice.close()
    const last = await ben.listener.transcriptions.first('the last words', isFinal)
    expect(last.identity).toBe('anna')
  })

  test('hears on after its recognizer has failed for good', async () => {
    const { agent, join } = await stage({ AGENT_STT_MODULE, LOUDNESS_BREAKS: '1' })
    const anna = await join('talk', 'anna')
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    const whole = (one: Transcription) => isFinal(one) && Math.abs(loudMs(one) - saidMs) < STRETCH_MS
    await anna.listener.transcriptions.first('the second time', whole)
    expect(agent.said).toContain('broken on purpose')
  })

  test('hears on after the server was killed and started', async () => {
    const { server, agent, join } = await stage({ AGENT_STT_MODULE, LIVEKIT_AGENT_NAME: NAME })
    const anna = await join('talk', 'anna')
    await server.sendAgent('talk', NAME)
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    await anna.seesRestart(server, agent)
    const { transcriptions } = anna.listener
    for (const turn of [0, 1]) {
      const from = transcriptions.all.length
      await voice.say(framed(said, LEAD_MS, TAIL_MS))
      await transcriptions.first(`time ${turn}`, isFinal, { from })
    }
    expect(transcriptions.all.filter(isFinal)).toHaveLength(2)
    expect(anna.agents()).toHaveLength(1)
  })

  test('writes nothing twice when the server was killed in the middle of a word, and hears the next one whole', async () => {
    const { server, agent, join } = await stage({ AGENT_STT_MODULE, LIVEKIT_AGENT_NAME: NAME })
    const anna = await join('talk', 'anna')
    await server.sendAgent('talk', NAME)
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    const { transcriptions } = anna.listener
    const saying = voice.say(framed(said, LEAD_MS, TAIL_MS))
    await transcriptions.first('a part of the words', (one) => !isFinal(one))
    await anna.seesRestart(server, agent, saying)
    // What was heard until then ends with the sound that comes next, at the latest.
    await voice.say(new Float32Array(TAIL_MS * 16))
    // One part before and one after, or less: what went by meanwhile is lost, and none is there twice.
    const before = transcriptions.all.filter(isFinal)
    const writtenMs = before.reduce((sum, one) => sum + loudMs(one), 0)
    expect(writtenMs).toBeLessThan(saidMs + STRETCH_MS)
    const from = transcriptions.all.length
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    const whole = await transcriptions.first('the words', isFinal, { from })
    expect(Math.abs(loudMs(whole) - saidMs)).toBeLessThan(STRETCH_MS)
    const segments = transcriptions.all.filter(isFinal).map(({ attributes }) => attributes['lk.segment_id'])
    expect(new Set(segments).size).toBe(segments.length)
    expect(segments).toHaveLength(before.length + 1)
  })

  test('leaves a room that was made anew to the agent that the server has sent there', async () => {
    const { server, agent, join } = await stage({ AGENT_STT_MODULE, LIVEKIT_AGENT_NAME: NAME })
    const anna = await join('talk', 'anna')
    await server.sendAgent('talk', NAME)
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    const [first = ''] = anna.agents()
    await anna.seesRestart(server, agent)
    expect(anna.agents()).toEqual([first])
    await server.sendAgent('talk', NAME)
    await anna.until('one agent, another one', () => {
      const agents = anna.agents()
      return agents.length === 1 && agents[0] !== first
    })
    await voice.close()
  })

  test('does not start with settings of its recognizer that cannot be', async () => {
    const settings = { FUNASR_LANGUAGE: 'xx', SENSEVOICE_USE_EXTERNAL_VAD: 'perhaps' }
    await expect(stage(settings)).rejects.toThrow(
      /FUNASR_LANGUAGE must be one of .*; SENSEVOICE_USE_EXTERNAL_VAD must be true or false/,
    )
    await expect(stage({ AGENT_STT_MODULE: 'node:fs' })).rejects.toThrow(/node:fs has no createSttFromEnv/)
  })

  test('takes LiveKit’s own VAD by any word that the recognizer takes for yes', async () => {
    const { join } = await stage({ SENSEVOICE_USE_EXTERNAL_VAD: '1' })
    const anna = await join('talk', 'anna')
    const voice = await Voice.open(anna.room)
    await anna.agentListens()
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    const words = await anna.listener.transcriptions.first('the words', isFinal)
    expect(words.text).not.toBe('')
  })

  test('tells before anybody speaks why its model cannot be loaded', async () => {
    const { agent, join } = await stage({ SENSEVOICE_MODEL_DIR: '/nowhere/at/all' })
    await join('talk', 'anna')
    await expect.poll(() => agent.said, { timeout: 40_000 }).toContain('the recognizer is not ready')
    expect(agent.said).toContain('/nowhere/at/all')
  })
})
