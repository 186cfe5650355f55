import { describe, expect, test } from 'vitest'
import { eventsOf, only, until, withStandIn } from './test-data/with-stand-in.ts'
import { heard } from './testing/heard.ts'
import { type StandInStep, tone } from './testing/stand-in-step.ts'
import type { TurnEvent } from './turn/turn-event.ts'

/** A reply that goes on, spoken without end: both requests are open while it is heard. */
function* endlessReply(): Generator<StandInStep> {
  for (let count = 0; ; count += 1) yield* [{ say: `Sentence ${count}. ` }, { waitMs: 30 }]
}
function* endlessSpeech(): Generator<StandInStep> {
  for (;;) yield* [{ sound: tone(100) }, { waitMs: 20 }]
}
const endless = { chat: endlessReply, speech: endlessSpeech }

describe('barge-in', () => {
  test('silences at once and closes all requests', async () => {
    await withStandIn(endless, {}, async (conversation, standIn) => {
      // How soon is told by bench/conversation.mjs.
      for (let run = 0; run < 5; run += 1) {
        const after: TurnEvent[] = []
        let interrupted = false
        for await (const event of conversation.answer(heard('tell me a story'))) {
          if (interrupted) after.push(event)
          if (event.type !== 'audio' || event.endMs < 300) continue
          expect(standIn.openRequests).toBeGreaterThanOrEqual(2)
          interrupted = true
          conversation.interrupt()
        }
        await until(() => standIn.openRequests === 0)
        expect(after).toEqual([{ turn: run + 1, type: 'cancelled', reason: 'interrupted', deliveredMs: 300 }])
      }
    })
  })

  test.each([
    ['the language model is silent', { chat: () => [{ stall: true } as const] }],
    ['the voice is silent', { chat: () => [{ say: 'Hello. ' }], speech: () => [{ stall: true } as const] }],
  ])('works while %s', async (_, script) => {
    await withStandIn(script, {}, async (conversation, standIn) => {
      const turn = conversation.answer(heard('hi'))
      const events = eventsOf(turn)
      await until(() => standIn.openRequests > 0 && standIn.requests.length === ('speech' in script ? 2 : 1))
      turn.interrupt()
      expect((await events).at(-1)).toMatchObject({ type: 'cancelled', deliveredMs: 0 })
      await until(() => standIn.openRequests === 0)
    })
  })

  test('hands out nothing that waited for a slow reader', async () => {
    await withStandIn(endless, {}, async (conversation, standIn) => {
      const turn = conversation.answer(heard('hi'))
      await until(() => (standIn.of('speech')[0]?.sentBytes ?? 0) > 100_000)
      turn.interrupt()
      const events = await eventsOf(turn)
      expect(events.map(({ type }) => type)).toEqual(['cancelled'])
    })
  })

  test('silences sound that waits although the voice has ended', async () => {
    await withStandIn({ chat: () => [{ say: 'Hello.' }] }, {}, async (conversation, standIn) => {
      const turn = conversation.answer(heard('hi'))
      await until(() => standIn.of('speech')[0]?.sentBytes === 4800 && standIn.openRequests === 0)
      // What has arrived is passed on within one turn of the loop.
      await new Promise((resolve) => setTimeout(resolve, 50))
      turn.interrupt()
      expect((await eventsOf(turn)).map(({ type }) => type)).toEqual(['cancelled'])
    })
  })

  test('comes by the next utterance, by the end of the loop and by close', async () => {
    await withStandIn(endless, {}, async (conversation, standIn) => {
      const first = eventsOf(conversation.answer(heard('one')))
      const second = conversation.answer(heard('two'))
      expect((await first).at(-1)).toMatchObject({ turn: 1, type: 'cancelled', reason: 'replaced' })
      for await (const { type } of second) if (type === 'audio') break
      await until(() => standIn.openRequests === 0)
      const third = eventsOf(conversation.answer(heard('three')))
      conversation.close()
      expect((await third).at(-1)).toMatchObject({ turn: 3, type: 'cancelled', reason: 'closed' })
      await until(() => standIn.openRequests === 0)
    })
  })

  test('is remembered as far as it was heard', async () => {
    const script = {
      chat: (_: unknown, index: number) => (index === 0 ? endlessReply() : [{ say: 'Yes.' }]),
    }
    await withStandIn(script, { template: '{text}' }, async (conversation, standIn) => {
      for await (const event of conversation.answer(heard('one'))) {
        if (event.type === 'audio' && event.sentence === 1) conversation.interrupt()
      }
      const unheard = conversation.answer(heard('two'))
      unheard.interrupt()
      await eventsOf(conversation.answer(heard('three')))
      expect(standIn.of('chat').at(-1)?.body['messages']).toEqual([
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'Sentence 0. Sentence 1.' },
        { role: 'user', content: 'three' },
      ])
    })
  })

  test('does nothing to a turn that is over', async () => {
    await withStandIn({}, {}, async (conversation) => {
      const turn = conversation.answer(heard('hi'))
      const events = await eventsOf(turn)
      turn.interrupt()
      conversation.interrupt()
      expect(only(events, 'turn-end')).toHaveLength(1)
      expect(only(events, 'cancelled')).toHaveLength(0)
    })
  })
})

describe('a slow reader', () => {
  test('holds the voice back instead of filling the memory', async () => {
    // 500 s of sound in one sentence: 24 MB, as fast as it is taken.
    function* long(): Generator<StandInStep> {
      for (let part = 0; part < 5000; part += 1) yield { sound: tone(100) }
    }
    const script = { chat: () => [{ say: 'Long. ' }], speech: long }
    await withStandIn(script, { longestSpeechMs: 600_000 }, async (conversation, standIn) => {
      const turn = conversation.answer(heard('hi'))
      const reader = turn[Symbol.asyncIterator]()
      for (let next = await reader.next(); next.value?.type !== 'audio'; ) next = await reader.next()
      let [before, sent] = [-1, 0]
      while (sent > before) {
        await new Promise((resolve) => setTimeout(resolve, 300))
        ;[before, sent] = [sent, standIn.of('speech')[0]?.sentBytes ?? 0]
      }
      // 1.1 MB of our own; the rest lies in the buffers of two sockets, which the system lets grow to 10 MB.
      expect(sent).toBeLessThan(14_000_000)
      let lastMs = 0
      for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
        if (next.value.type === 'audio') lastMs = next.value.endMs
      }
      expect(lastMs).toBeCloseTo(500_000, 3)
    })
  })

  test('who never comes back ends the turn', async () => {
    await withStandIn(endless, { unreadMs: 150 }, async (conversation, standIn) => {
      const turn = conversation.answer(heard('hi'))
      await until(() => standIn.openRequests > 0)
      await until(() => standIn.openRequests === 0)
      expect(await eventsOf(turn)).toEqual([{ turn: 1, type: 'cancelled', reason: 'unread', deliveredMs: 0 }])
    })
  })

  test('cannot be two', async () => {
    await withStandIn({}, {}, async (conversation) => {
      const turn = conversation.answer(heard('hi'))
      await eventsOf(turn)
      await expect(eventsOf(turn)).rejects.toMatchObject({ code: 'busy' })
    })
  })
})
