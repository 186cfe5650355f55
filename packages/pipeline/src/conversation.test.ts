import { describe, expect, test } from 'vitest'
import { Conversation } from './conversation.ts'
import { eventsOf, only, TEST_KEY, until, withStandIn } from './test-data/with-stand-in.ts'
import { heard } from './testing/heard.ts'
import type { StandInStep } from './testing/stand-in-step.ts'
import { tone } from './testing/stand-in-step.ts'

const say = (...pieces: string[]): StandInStep[] => pieces.map((piece) => ({ say: piece }))

describe('an answer', () => {
  test('comes as text, sentences, cues and sound, and ends once', async () => {
    await withStandIn({}, {}, async (conversation, standIn) => {
      const events = await eventsOf(conversation.answer(heard('hi')))
      expect(
        only(events, 'reply-text')
          .map(({ text }) => text)
          .join(''),
      ).toBe('Hello there. How are you?')
      expect(only(events, 'sentence').map(({ text }) => text)).toEqual(['Hello there.', 'How are you?'])
      expect(only(events, 'audio').map(({ sentence }) => sentence)).toEqual([0, 1])
      expect(events.at(-1)).toEqual({
        turn: 1,
        type: 'turn-end',
        outcome: 'answered',
        audioMs: 200,
        replyCut: false,
      })
      expect(events.filter(({ type }) => type === 'turn-end' || type === 'cancelled')).toHaveLength(1)
      await until(() => standIn.openRequests === 0)
    })
  })

  test('asks by the template, with the system message, and speaks each sentence', async () => {
    const options = { system: 'Be kind.', template: '{text} <{emotion}>' }
    await withStandIn({}, options, async (conversation, standIn) => {
      await eventsOf(conversation.answer(heard('hi', { emotion: 'sad' })))
      const [chat] = standIn.of('chat')
      expect(chat?.body).toMatchObject({
        model: 'stand-in',
        stream: true,
        messages: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'hi <sad>' },
        ],
      })
      expect(chat?.headers.authorization).toBe(`Bearer ${TEST_KEY}`)
      expect(standIn.of('speech').map(({ body }) => body)).toEqual([
        { model: 'stand-in', voice: 'stand-in', input: 'Hello there.', response_format: 'pcm' },
        { model: 'stand-in', voice: 'stand-in', input: 'How are you?', response_format: 'pcm' },
      ])
    })
  })

  test('keeps the order of its sentences when the first is the slowest', async () => {
    const levels: Readonly<Record<string, number>> = {
      'One.': 0.1,
      'Two.': 0.2,
      'Three.': 0.3,
      'Four.': 0.4,
      'Five.': 0.5,
    }
    const asked = new Set<string>()
    // One is not spoken before Three was asked for.
    function* speech(input: string): Generator<StandInStep> {
      asked.add(input)
      while (input === 'One.' && !asked.has('Three.')) yield { waitMs: 5 }
      yield* [{ waitMs: input === 'One.' ? 50 : 0 }, { sound: tone(300, levels[input]) }]
    }
    const script = { chat: () => say('One. Two. Three. Four. Five. '), speech }
    await withStandIn(script, { ahead: 3 }, async (conversation, standIn) => {
      const audio = only(await eventsOf(conversation.answer(heard('count'))), 'audio')
      expect([...new Set(audio.map(({ sentence }) => sentence))]).toEqual([0, 1, 2, 3, 4])
      const peaks = [0, 1, 2, 3, 4].map((at) =>
        Math.max(...audio.filter(({ sentence }) => sentence === at).flatMap(({ pcm }) => [...pcm])),
      )
      for (const [at, peak] of peaks.entries()) expect(peak / 32_767).toBeCloseTo((at + 1) / 10, 2)
      for (const [at, { startMs }] of audio.entries())
        expect(startMs).toBeCloseTo(audio[at - 1]?.endMs ?? 0, 6)
      expect(audio.at(-1)?.endMs).toBeCloseTo(1500, 6)
      // Four had to wait until One was handed out.
      const [one, four] = ['One.', 'Four.'].map((input) =>
        standIn.of('speech').find(({ body }) => body['input'] === input),
      )
      expect(four?.startedMs).toBeGreaterThan(one?.stepsMs.at(-1) ?? Number.POSITIVE_INFINITY)
    })
  })

  test('passes sound on while the sentence is still being spoken', async () => {
    const script = {
      chat: () => say('Hello.'),
      speech: () => [{ sound: tone(100) }, { stall: true } as const],
    }
    await withStandIn(script, { voiceLimits: { betweenMs: 20_000 } }, async (conversation, standIn) => {
      for await (const event of conversation.answer(heard('hi'))) if (event.type === 'audio') break
      expect(standIn.of('speech')[0]?.stepsMs).toHaveLength(1)
      await until(() => standIn.openRequests === 0)
    })
  })

  test('tells the language model what was said before, and forgets the oldest', async () => {
    const script = { chat: (_: unknown, index: number) => say(`Answer ${index}!`) }
    await withStandIn(script, { historyTurns: 1, template: '{text}' }, async (conversation, standIn) => {
      for (const text of ['a', 'b', 'c']) await eventsOf(conversation.answer(heard(text)))
      expect(standIn.of('chat')[2]?.body['messages']).toEqual([
        { role: 'user', content: 'b' },
        { role: 'assistant', content: 'Answer 1!' },
        { role: 'user', content: 'c' },
      ])
    })
  })

  test('uses its connections again', async () => {
    const script = { chat: () => say('Hello.') }
    await withStandIn(script, {}, async (conversation, standIn) => {
      for (let turn = 0; turn < 6; turn += 1) {
        await eventsOf(conversation.answer(heard('hi')))
        await until(() => standIn.openRequests === 0)
      }
      expect(standIn.requests).toHaveLength(12)
      expect(new Set(standIn.requests.map(({ port }) => port)).size).toBeLessThanOrEqual(4)
    })
  })

  test('is cut at its longest, and says so', async () => {
    const script = { chat: () => [...say('One. ', 'Two. ', 'Three. ', 'Four. '), { stall: true } as const] }
    await withStandIn(script, { longestReply: 12 }, async (conversation, standIn) => {
      const events = await eventsOf(conversation.answer(heard('hi')))
      expect(only(events, 'sentence').map(({ text }) => text)).toEqual(['One.', 'Two.', 'Th'])
      expect(events.at(-1)).toMatchObject({ type: 'turn-end', outcome: 'answered', replyCut: true })
      await until(() => standIn.openRequests === 0)
    })
  })
})

test('the first sentence is spoken although the reply does not go on', async () => {
  // How soon is told by bench/conversation.mjs.
  let spoken = false
  function* reply(): Generator<StandInStep> {
    yield* say('Hello', ' there', '.')
    while (!spoken) yield { waitMs: 5 }
    yield* say(' More', '.')
  }
  await withStandIn({ chat: reply }, {}, async (conversation) => {
    const sentences: string[] = []
    for await (const event of conversation.answer(heard('hi'))) {
      if (event.type === 'sentence') sentences.push(event.text)
      if (event.type === 'audio') spoken = true
    }
    expect(sentences).toEqual(['Hello there.', 'More.'])
  })
})

describe('a conversation refuses', () => {
  const port = { reply: async function* () {}, speak: async function* () {} }
  const make = (options: object) => new Conversation({ model: port, voice: port, ...options })

  test.each([
    { historyTurns: -1 },
    { ahead: 0 },
    { settleMs: 0 },
    { longestSentence: 5 },
    { longestReply: 0.5 },
    { longestSpeechMs: 1 },
    { unreadMs: 0 },
    { template: '{nonsense}' },
    { languageModelLimits: { firstMs: 0 } },
    { voiceLimits: { totalMs: Number.POSITIVE_INFINITY } },
    { fallback: { kind: 'spoken', text: ' ' } },
    { sureness: { emotion: 2 } },
  ])('%j', (options) => {
    expect(() => make(options)).toThrowError(expect.objectContaining({ code: 'invalid-argument' }))
  })

  test('to answer nothing, and after its end', () => {
    const conversation = make({})
    expect(() => conversation.answer(heard('  '))).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
    conversation.close()
    expect(() => conversation.answer(heard('hi'))).toThrowError(expect.objectContaining({ code: 'closed' }))
  })
})
