import { dispose } from '@livekit/rtc-node'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { Companion } from './support/companion.ts'
import type { Guest } from './support/guest.ts'
import type { Transcription } from './support/listener.ts'
import { nearest } from './support/nearest.ts'
import { clip, digits, framed, recognized } from './support/spoken.ts'
import { stage } from './support/stage.ts'
import { Voice } from './support/voice.ts'
import { withLivekit } from './support/with-livekit.ts'

const LEAD_MS = 1000
const TAIL_MS = 2500
// No more: each has an encoder, a decoder and a recognizer with partials on two cores, and a starved line cuts utterances in two.
const SPEAKERS = 5
const UTTERANCES_EACH = 20
// The agent of a room listens when it hears one track; the others it hears within the silence before the words.
const TRACKS_LEAD_MS = 8000
/** So that they do not all end at once. */
const STAGGER_MS = 310
const PAUSE_MS = 1500

const isFinal = ({ attributes }: Transcription) => attributes['lk.transcription_final'] === 'true'
const moduleOf = (name: string) => new URL(`./support/${name}`, import.meta.url).href

/** Which backend recognized the utterance that a transcription tells. */
async function backendOf(guest: Guest, { attributes }: Transcription): Promise<unknown> {
  const segmentId = attributes['lk.segment_id'] ?? 'none'
  const details = await guest.listener.data.first('the details', ({ text }) => text.includes(segmentId))
  return JSON.parse(details.text).metadata.backend
}

withLivekit('the agent with a SenseVoice backend that fails', () => {
  afterAll(() => dispose())

  test('writes down the whole utterance in the middle of which its companion was killed', async () => {
    const said = digits()
    const companion = await Companion.start()
    onTestFinished(() => companion.kill())
    const { join } = await stage({
      AGENT_STT_MODULE: moduleOf('companion-then-local-stt.mjs'),
      COMPANION_URL: companion.url,
    })
    const [anna, ben] = [await join('talk', 'anna'), await join('talk', 'ben')]
    const { transcriptions } = ben.listener
    const voice = await Voice.open(anna.room)
    await ben.agentListens()
    await voice.say(framed(said, LEAD_MS, TAIL_MS))
    const before = await transcriptions.first('the words before', isFinal)
    expect(await backendOf(ben, before)).toBe('companion')

    const from = transcriptions.all.length
    // Without silence behind it, so that the utterance is not over before the companion is gone.
    const saying = voice.say(framed(said, LEAD_MS, 0))
    await transcriptions.first('a part of the words', (one) => !isFinal(one), { from })
    await companion.kill()
    await saying
    await voice.say(framed(new Float32Array(0), 0, TAIL_MS))
    const after = await transcriptions.first('the words', isFinal, { from })
    expect(after).toMatchObject({ identity: 'anna', text: await recognized(said) })
    expect(await backendOf(ben, after)).toBe('local')
    expect(transcriptions.all.filter(isFinal)).toHaveLength(2)
  })

  test('gives 100 utterances of five speakers 100 finals, in order and none twice, while one try in three fails', async () => {
    const clips = [clip('en-go-left'), clip('en-three-one-four'), clip('en-hello')]
    const texts = await Promise.all([...clips, digits()].map(recognized))
    expect(new Set(texts).size).toBe(texts.length)
    const { agent, join } = await stage({ AGENT_STT_MODULE: moduleOf('shaky-stt.mjs'), SHAKY_SEED: '7' })
    const ben = await join('talk', 'ben')
    const { transcriptions } = ben.listener
    const finals = () => transcriptions.all.filter(isFinal)
    const speakers = await Promise.all(
      Array.from({ length: SPEAKERS }, async (_, index) => {
        const identity = `speaker ${index}`
        const guest = await join('talk', identity, { canSubscribe: false })
        const voice = await Voice.open(guest.room)
        // Neighbours differ, so that one that comes twice, or in another's place, shows.
        const plan = Array.from({ length: UTTERANCES_EACH }, (_, at) => (index + at) % clips.length)
        return { identity, voice, plan, leadMs: TRACKS_LEAD_MS + index * STAGGER_MS }
      }),
    )
    await ben.agentListens()
    await Promise.all(
      speakers.map(async ({ voice, plan, leadMs }) => {
        await voice.say(new Float32Array(leadMs * 16))
        for (const which of plan) await voice.say(framed(clips[which] ?? new Float32Array(0), 0, PAUSE_MS))
      }),
    )
    const all = SPEAKERS * UTTERANCES_EACH
    await transcriptions.first(`${all} finals`, () => finals().length >= all)
    // What anybody else's utterance had too many would be there before this one.
    const from = transcriptions.all.length
    await speakers[0]?.voice.say(framed(digits(), 0, TAIL_MS))
    await transcriptions.first('one more', isFinal, { from })
    const last = clips.length
    for (const [index, { identity, plan }] of speakers.entries()) {
      const heard = finals().filter((one) => one.identity === identity)
      // Which utterance it is, not its every letter: a starved line changes some.
      const which = heard.map(({ text }) => nearest(text, texts))
      expect(which).toEqual(index === 0 ? [...plan, last] : plan)
    }
    expect(agent.said.match(/recognition of an utterance failed/g)?.length).toBeGreaterThan(all / 5)
    expect(agent.said).toContain('failed on purpose')
  }, 300_000)
})
