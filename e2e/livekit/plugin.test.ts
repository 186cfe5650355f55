import { dispose } from '@livekit/rtc-node'
import { afterAll, expect, test } from 'vitest'
import type { Transcription } from './support/listener.ts'
import { clip, digits, framed, recognized } from './support/spoken.ts'
import { stage } from './support/stage.ts'
import { Voice } from './support/voice.ts'
import { withLivekit } from './support/with-livekit.ts'

const said = digits()
const isFinal = ({ attributes }: Transcription) => attributes['lk.transcription_final'] === 'true'
// Enough silence for the end of the speech to be heard.
const TAIL_MS = 2500

withLivekit('the agent with the SenseVoice plugin', () => {
  afterAll(() => dispose())

  test('gives the room the words that were said, and what else is known of them', async () => {
    const { agent, join } = await stage({ SENSEVOICE_LANGUAGE: 'auto' })
    const [anna, ben] = [await join('talk', 'anna'), await join('talk', 'ben')]
    const voice = await Voice.open(anna.room)
    await ben.agentListens()
    await voice.say(framed(said, 1000, TAIL_MS))
    const { transcriptions, data } = ben.listener
    const words = await transcriptions.first('the words', isFinal)
    const expected = await recognized(said)
    expect(expected).toMatch(/\d/)
    expect(words).toMatchObject({ identity: 'anna', text: expected })
    const segmentId = words.attributes['lk.segment_id'] ?? 'none'
    const details = await data.first('the details', ({ text }) => text.includes(segmentId))
    const result = JSON.parse(details.text)
    expect(result).toMatchObject({ text: expected, participantIdentity: 'anna', language: 'en' })
    expect(result.words.map(({ text }: { text: string }) => text).join(' ')).toBe(expected)
    const scores = Object.values<number>(result.metadata.emotionScores)
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 3)
    expect(result.metadata.emotionScores).toHaveProperty(result.metadata.emotion, Math.max(...scores))
    expect(agent.said).not.toContain(expected)
  })

  test('gives each of two rooms its own words', async () => {
    const { join } = await stage({})
    const sounds = [said, clip('en-go-left')]
    const rooms = await Promise.all(
      sounds.map(async (sound, index) => {
        const guest = await join(`room ${index}`, `guest ${index}`)
        const voice = await Voice.open(guest.room)
        await guest.agentListens()
        return { guest, voice, sound }
      }),
    )
    await Promise.all(rooms.map(({ voice, sound }) => voice.say(framed(sound, 1000, TAIL_MS))))
    for (const [index, { guest, sound }] of rooms.entries()) {
      const { transcriptions } = guest.listener
      await transcriptions.first('the words', isFinal)
      const finals = transcriptions.all.filter(isFinal).map(({ identity, text }) => ({ identity, text }))
      expect(finals).toEqual([{ identity: `guest ${index}`, text: await recognized(sound) }])
    }
    expect(await recognized(said)).not.toBe(await recognized(clip('en-go-left')))
  })
})
