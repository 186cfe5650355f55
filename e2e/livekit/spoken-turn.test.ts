import { initializeLogger } from '@livekit/agents'
import type { Turn, TurnEvent } from '@sensevoice-web/pipeline'
import { beforeAll, describe, expect, test } from 'vitest'
import { SpokenTurn } from '../../examples/livekit-agent/spoken-turn.js'

const PIECE_MS = 200
const expression = { emotion: 'happy', intensity: 1 } as const

/** A turn of one sentence of which the next piece comes when it is asked for. */
function endlessTurn(): Turn & { readonly interrupted: boolean } {
  let interrupted = false
  async function* events(): AsyncGenerator<TurnEvent> {
    yield { turn: 1, type: 'sentence', sentence: 0, text: 'For ever.', expression }
    for (let startMs = 0; !interrupted; startMs += PIECE_MS) {
      const times = { startMs, endMs: startMs + PIECE_MS }
      yield { turn: 1, type: 'cue', sentence: 0, ...times, expression, mouth: [] }
      const pcm = new Int16Array(24 * PIECE_MS)
      yield { turn: 1, type: 'audio', sentence: 0, pcm, sampleRate: 24_000, ...times }
    }
    yield { turn: 1, type: 'cancelled', reason: 'interrupted', deliveredMs: 0 }
  }
  return {
    turn: 1,
    [Symbol.asyncIterator]: () => events(),
    interrupt: () => {
      interrupted = true
    },
    get interrupted() {
      return interrupted
    },
  }
}

/** What a room and a track are told, in order. */
function stage(onPlay: (pieces: number) => void) {
  const told: string[] = []
  const cues: { type: string; startMs: number; playsInMs: number; playedMs: number }[] = []
  let queuedMs = 0
  let pieces = 0
  const voice = {
    trackSid: 'TR_1',
    get queuedMs() {
      return queuedMs
    },
    async play() {
      told.push('sound')
      queuedMs += PIECE_MS
      pieces += 1
      onPlay(pieces)
    },
    silence() {
      told.push('silence')
      queuedMs = 0
    },
    async played() {},
  }
  const room = {
    localParticipant: {
      identity: 'agent',
      async publishData(payload: Uint8Array) {
        const message = JSON.parse(new TextDecoder().decode(payload))
        cues.push(message)
        told.push(message.type)
      },
      streamText: async () => ({ write: async () => {}, close: async () => {} }),
    },
  }
  return { told, cues, voice, room }
}

function play(turn: Turn, { room, voice }: ReturnType<typeof stage>): SpokenTurn {
  const types = { room, voice } as unknown as {
    room: ConstructorParameters<typeof SpokenTurn>[0]
    voice: ConstructorParameters<typeof SpokenTurn>[1]
  }
  return new SpokenTurn(types.room, types.voice, turn)
}

describe('an answer on its way into the room', () => {
  beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }))

  test('sends each cue before its sound, with the time until that is played', async () => {
    const turn = endlessTurn()
    const staged = stage((pieces) => {
      if (pieces === 3) turn.interrupt()
    })
    await play(turn, staged).play(() => {})
    expect(staged.told.slice(0, 6)).toEqual(['cue', 'sound', 'cue', 'sound', 'cue', 'sound'])
    const cues = staged.cues.filter(({ type }) => type === 'cue')
    expect(cues.map(({ startMs }) => startMs)).toEqual([0, 200, 400])
    expect(cues.map(({ playsInMs }) => playsInMs)).toEqual([0, 200, 400])
  })

  test('is silent as soon as somebody speaks: what waits is dropped, nothing follows, and that is told', async () => {
    const turn = endlessTurn()
    let silencedAt = 0
    let atOnce: unknown
    let tellsUnheard: unknown
    const staged = stage((pieces) => {
      if (pieces !== 2) return
      silencedAt = staged.told.length
      tellsUnheard = spoken.silence()
      // Not only when the next event comes.
      atOnce = { last: staged.told.at(-1), interrupted: turn.interrupted }
    })
    const spoken = play(turn, staged)
    await spoken.play(() => {})
    expect(atOnce).toEqual({ last: 'silence', interrupted: true })
    expect(tellsUnheard).toBe(false)
    expect(staged.told.slice(silencedAt)).not.toContain('sound')
    expect(staged.told.slice(silencedAt)).not.toContain('cue')
    expect(staged.cues.at(-1)).toMatchObject({ type: 'stop', playedMs: 0 })
  })

  test('tells whoever silences it first that nothing of it was heard', async () => {
    const turn = endlessTurn()
    const staged = stage(() => {})
    const spoken = play(turn, staged)
    expect([spoken.silence(), spoken.silence()]).toEqual([true, false])
    await spoken.play(() => {})
    expect(staged.told).not.toContain('sound')
    expect(spoken.silence()).toBe(false)
  })
})
