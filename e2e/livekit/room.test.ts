import { dispose } from '@livekit/rtc-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Guest } from './support/guest.ts'
import { RealLivekitServer } from './support/real-livekit-server.ts'
import { digits, framed, loudPart, recognized } from './support/spoken.ts'
import { publishSpeech, Voice } from './support/voice.ts'
import { withLivekit } from './support/with-livekit.ts'

const said = digits()
const TOPIC = 'greeting'

withLivekit('a real LiveKit room', () => {
  let server: RealLivekitServer
  const guests: Guest[] = []
  const join = async (room: string, identity: string) => {
    const guest = await Guest.join(server, room, identity)
    guests.push(guest)
    return guest
  }
  const tell = (guest: Guest, text: string) =>
    guest.room.localParticipant?.publishData(new TextEncoder().encode(text), { reliable: true, topic: TOPIC })

  beforeAll(async () => {
    server = await RealLivekitServer.start()
  })
  afterAll(async () => {
    await Promise.all(guests.map((guest) => guest.leave()))
    await server.close()
    await dispose()
  })

  test('carries speech: the same length, loudness and digits', async () => {
    const [speaker, hearer] = [await join('digits', 'speaker'), await join('digits', 'hearer')]
    const sound = framed(said, 500, 1500)
    await publishSpeech(speaker.room, sound)
    const recording = await hearer.ear.of('speaker')
    const [heard, original] = [loudPart(recording.samples()), loudPart(said)]
    // 60 ms and 1 % on an idle machine; jitter buffers on a busy one stretch more.
    expect(Math.abs(heard.loudMs - original.loudMs)).toBeLessThan(250)
    expect(Math.abs(heard.rms / original.rms - 1)).toBeLessThan(0.1)
    expect(await recognized(recording.samples())).toBe(await recognized(said))
  })

  test('keeps to itself what is said in it', async () => {
    const [here, near] = [await join('here', 'anna'), await join('here', 'ben')]
    const [there, far] = [await join('there', 'carl'), await join('there', 'dora')]
    await tell(here, 'to the first room')
    await tell(there, 'to the second room')
    await near.listener.data.first('a message', ({ identity }) => identity === 'anna')
    await far.listener.data.first('a message', ({ identity }) => identity === 'carl')
    // Whoever got a message of its own room last would have had the other's by then.
    await tell(here, 'end')
    await tell(there, 'end')
    await near.listener.data.first('the end', ({ text }) => text === 'end')
    await far.listener.data.first('the end', ({ text }) => text === 'end')
    expect(near.listener.data.all.map(({ text }) => text)).toEqual(['to the first room', 'end'])
    expect(far.listener.data.all.map(({ text }) => text)).toEqual(['to the second room', 'end'])
    expect([...near.room.remoteParticipants.keys()]).toEqual(['anna'])
  })

  test('lets nobody in whose token may not join, or is signed with another key', async () => {
    const other = await RealLivekitServer.start()
    try {
      await expect(Guest.joinWith(server.url, await other.token('digits', 'eve'))).rejects.toThrow(
        /401|unauthorized|permission|token/i,
      )
      const barred = await server.token('digits', 'eve', { roomJoin: false })
      await expect(Guest.joinWith(server.url, barred)).rejects.toThrow(/401|unauthorized|permission|token/i)
    } finally {
      await other.close()
    }
  })

  test('is joined again, and heard again, after the server was killed and started', async () => {
    const [speaker, hearer] = [await join('lasting', 'speaker'), await join('lasting', 'hearer')]
    const voice = await Voice.open(speaker.room)
    const before = await hearer.ear.of('speaker')
    await before.reach(1600)
    const [speakerStates, hearerStates] = [speaker.states.all.length, hearer.states.all.length]
    await server.restart()
    await Promise.all([speaker.connectedAgain(speakerStates), hearer.connectedAgain(hearerStates)])
    const after = await hearer.ear.of('speaker', hearer.ear.recordings.all.indexOf(before) + 1)
    await after.reach(1600)
    const from = after.lengthSamples
    await voice.say(framed(said, 500, 1500))
    expect(await recognized(after.samples().subarray(from))).toBe(await recognized(said))
    await voice.close()
  })
})
