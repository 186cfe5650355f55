import { describe, expect, test } from 'vitest'
import type { SpeechPiece } from './speech/voice.ts'
import { eventsOf, only, run, withStandIn } from './test-data/with-stand-in.ts'
import { heard } from './testing/heard.ts'
import { type StandInStep, tone } from './testing/stand-in-step.ts'
import type { StageLimits } from './turn/stage-limits.ts'

const SORRY = { kind: 'spoken', text: 'Sorry, say that again.' } as const
const hello: StandInStep[] = [{ say: 'Hello. ' }, { say: 'And the' }]
const STALL = { stall: true } as const
const CUT = { cut: true } as const

describe('a language model', () => {
  test.each<[string, StandInStep[], readonly string[], object, Partial<StageLimits>?]>([
    [
      'stalls before its first word',
      [STALL],
      [],
      { code: 'network', retryable: true, message: expect.stringContaining('first piece within 80 ms') },
      { firstMs: 80 },
    ],
    [
      'stalls in the middle',
      [...hello, STALL],
      ['Hello.'],
      { code: 'network', message: expect.stringContaining('next piece within 300 ms') },
      { betweenMs: 300 },
    ],
    [
      'drips until its time is over',
      Array.from({ length: 50 }, () => [{ say: 'x' }, { waitMs: 30 }]).flat(),
      [],
      { code: 'network', message: expect.stringContaining('last piece within 400 ms') },
      { totalMs: 400 },
    ],
    [
      'breaks in the middle',
      [...hello, { waitMs: 200 }, CUT],
      ['Hello.'],
      { code: 'network', retryable: true },
    ],
    [
      'stops without an end',
      [...hello, { stop: true }],
      ['Hello.'],
      { code: 'network', message: expect.stringContaining('ended in the middle') },
    ],
    ['breaks at once', [CUT], [], { code: 'network' }],
    [
      'says that it failed in the middle',
      [...hello, { raw: 'data: {"error":{"message":"boom","code":"server_error"}}\n\n' }],
      ['Hello.'],
      { code: 'network' },
    ],
    ['sends what is no JSON', [...hello, { raw: 'data: {oops\n\n' }], ['Hello.'], { code: 'network' }],
    ['answers nothing', [], [], { code: 'inference-failed' }],
    ['answers nothing that can be spoken', [{ say: ' … \n' }], [], { code: 'inference-failed' }],
    [
      'refuses the key',
      [{ status: 401 }],
      [],
      { code: 'invalid-argument', retryable: false, message: 'the language model refused the key (401)' },
    ],
    [
      'does not know the model',
      [{ status: 404, body: { error: { message: 'x', code: 'model_not_found' } } }],
      [],
      { code: 'invalid-argument', message: expect.stringContaining('404, model_not_found') },
    ],
    ['has too many requests', [{ status: 429 }], [], { code: 'busy', retryable: true }],
    [
      'has no quota left',
      [{ status: 429, body: { error: { code: 'insufficient_quota' } } }],
      [],
      { code: 'busy', retryable: false },
    ],
    [
      'fails',
      [{ status: 500 }],
      [],
      { code: 'network', retryable: true, message: 'the language model failed (500)' },
    ],
  ])('that %s ends in the spoken fallback', async (_, chat, before, error, languageModelLimits = {}) => {
    const { events, spoken } = await run({ chat: () => chat }, { fallback: SORRY, languageModelLimits })
    expect(only(events, 'error')).toEqual([
      { turn: 1, type: 'error', stage: 'language model', error: expect.objectContaining(error) },
    ])
    expect(spoken).toEqual([...before, SORRY.text])
    expect(only(events, 'fallback')).toEqual([{ turn: 1, type: 'fallback', kind: 'spoken' }])
    expect(events.at(-1)).toMatchObject({
      type: 'turn-end',
      outcome: 'fallback',
      audioMs: 100 * spoken.length,
    })
  })

  test('that leaves its connection open after the end of the reply is not waited for', async () => {
    const end = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`
    const { events, spoken } = await run({ chat: () => [{ say: 'Hello' }, { raw: end }, STALL] }, {})
    expect(spoken).toEqual(['Hello'])
    expect(events.at(-1)).toMatchObject({ type: 'turn-end', outcome: 'answered' })
  })

  test('that fails ends in silence by choice', async () => {
    const { events } = await run({ chat: () => [{ status: 500 }] }, { fallback: { kind: 'silent' } })
    expect(events.map(({ type }) => type)).toEqual(['error', 'fallback', 'turn-end'])
    expect(events.at(-1)).toMatchObject({ outcome: 'fallback', audioMs: 0 })
  })

  test('that fails once is asked again before anyone notices', async () => {
    const chat = (_: unknown, index: number) => (index === 0 ? [{ status: 500 }] : [{ say: 'Here.' }])
    const { events, spoken } = await run({ chat }, { retries: 1 })
    expect(spoken).toEqual(['Here.'])
    expect(only(events, 'error')).toEqual([])
  })

  test('that is asked for no more than the reader takes is not called slow', async () => {
    // 40 s of sound in one sentence: more than is held, so the voice has to wait for the reader for longer than it may keep the reader waiting.
    const speech = () => [{ sound: tone(20_000) }, { sound: tone(20_000) }]
    const script = { chat: () => [{ say: 'Long. ' }], speech }
    await withStandIn(script, { voiceLimits: { betweenMs: 400, totalMs: 5000 } }, async (conversation) => {
      const types: string[] = []
      for await (const event of conversation.answer(heard('hi'))) {
        types.push(event.type)
        if (event.type === 'audio' && event.startMs === 0)
          await new Promise((resolve) => setTimeout(resolve, 900))
      }
      expect(types).not.toContain('error')
      expect(types.at(-1)).toBe('turn-end')
    })
  })
})

describe('a voice', () => {
  const failing = (steps: StandInStep[]) => (input: string) =>
    input === 'Two.' ? steps : [{ sound: tone(100) }]

  test.each<[string, StandInStep[], object]>([
    [
      'stalls',
      [STALL],
      {
        code: 'network',
        message: expect.stringContaining('the voice did not bring its first piece within 400 ms'),
      },
    ],
    ['refuses the key', [{ status: 403 }], { code: 'invalid-argument' }],
    ['has too many requests', [{ status: 429 }], { code: 'busy' }],
    ['breaks at once', [CUT], { code: 'network' }],
    ['says nothing', [], { code: 'inference-failed' }],
    ['sends a file', [{ raw: new TextEncoder().encode('RIFF....WAVEfmt ') }], { code: 'unsupported-audio' }],
    [
      'sends a text',
      [{ status: 200, type: 'application/json', body: { audio: 'x' } }],
      { code: 'unsupported-audio' },
    ],
  ])('that %s leaves what was spoken before, and the fallback', async (_, steps, error) => {
    const script = { chat: () => [{ say: 'One. Two. Three. ' }, STALL], speech: failing(steps) }
    const { events, spoken } = await run(script, {
      fallback: SORRY,
      voiceLimits: { firstMs: 400 },
      // The reply would wait for long: it has to be given up together with the voice.
      languageModelLimits: { betweenMs: 60_000 },
    })
    expect(only(events, 'error')).toEqual([
      { turn: 1, type: 'error', stage: 'voice', error: expect.objectContaining(error) },
    ])
    expect(spoken).toEqual(['One.', SORRY.text])
    expect(events.at(-1)).toMatchObject({ type: 'turn-end', outcome: 'fallback', audioMs: 200 })
  })

  test.each<[string, StandInStep[], object]>([
    ['stalls', [STALL], { code: 'network', message: expect.stringContaining('next piece within 400 ms') }],
    ['breaks', [CUT], { code: 'network' }],
  ])('that %s within a sentence ends in the fallback', async (_, steps, error) => {
    const script = {
      chat: () => [{ say: 'Two. ' }],
      speech: failing([{ sound: tone(100) }, { waitMs: 200 }, ...steps]),
    }
    const { events, spoken } = await run(script, { fallback: SORRY, voiceLimits: { betweenMs: 400 } })
    expect(only(events, 'error').map(({ error }) => error)).toEqual([expect.objectContaining(error)])
    expect(spoken).toEqual(['Two.', SORRY.text])
  })

  test('that fails leaves in memory what was spoken, no more', async () => {
    const chat = (_: unknown, index: number) => [{ say: index === 0 ? 'One. Two. Three. ' : 'Yes.' }]
    const script = { chat, speech: failing([{ status: 500 }]) }
    await withStandIn(script, { fallback: SORRY, template: '{text}' }, async (conversation, standIn) => {
      for (const text of ['a', 'b']) await eventsOf(conversation.answer(heard(text)))
      expect(standIn.of('chat')[1]?.body['messages']).toEqual([
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'One.' },
        { role: 'user', content: 'b' },
      ])
    })
  })

  test('that never stops is cut', async () => {
    function* endless(): Generator<StandInStep> {
      for (;;) yield { sound: tone(500) }
    }
    const script = { chat: () => [{ say: 'Two. ' }], speech: endless }
    const { events } = await run(script, { longestSpeechMs: 2000 })
    expect(only(events, 'error').map(({ error }) => error.code)).toEqual(['overrun'])
    expect(events.at(-1)).toMatchObject({ type: 'turn-end', outcome: 'fallback' })
  })

  test('that fails in the fallback too leaves silence', async () => {
    const { events } = await run({ speech: () => [{ status: 500 }] }, { fallback: SORRY })
    expect(events.filter(({ type }) => !/text|sentence/.test(type)).map(({ type }) => type)).toEqual([
      'error',
      'fallback',
      'error',
      'fallback',
      'turn-end',
    ])
    expect(only(events, 'fallback').map(({ kind }) => kind)).toEqual(['spoken', 'silent'])
  })

  test('of its own speaks the fallback, in the language that was heard', async () => {
    const asked: string[] = []
    const voice = {
      async *speak(text: string): AsyncGenerator<SpeechPiece> {
        asked.push(text)
        yield { pcm: tone(60), sampleRate: 24_000 }
      },
    }
    const fallback = { ...SORRY, textByLanguage: { en: 'Pardon?', zh: '请再说一遍。' }, voice }
    const { events } = await run({ speech: () => [{ status: 500 }] }, { fallback })
    expect(asked).toEqual(['Pardon?'])
    expect(events.at(-1)).toMatchObject({ outcome: 'fallback', audioMs: 60 })
  })
})

describe('stages of another maker', () => {
  const voice = {
    async *speak(): AsyncGenerator<SpeechPiece> {
      yield { pcm: tone(40), sampleRate: 24_000 }
    },
  }

  test('that ignore being cancelled hold nothing up', async () => {
    const model = {
      reply: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
    }
    const { events } = await run({}, { model, voice, languageModelLimits: { firstMs: 50 } })
    expect(only(events, 'error').map(({ error }) => error.code)).toEqual(['network'])
    await withStandIn({}, { model, voice }, async (conversation) => {
      const turn = conversation.answer(heard('hi'))
      turn.interrupt()
      expect((await eventsOf(turn)).map(({ type }) => type)).toEqual(['cancelled'])
    })
  })

  test('that throw are told as errors of ours', async () => {
    const model = {
      reply: () => {
        throw new Error('no such model')
      },
    }
    const { events } = await run({}, { model, voice })
    expect(only(events, 'error').map(({ error }) => error)).toEqual([
      expect.objectContaining({ name: 'SpeechError', code: 'inference-failed', message: 'no such model' }),
    ])
  })

  test.each([
    ['change their rate within a sentence', [24_000, 16_000]],
    ['speak at no rate', [0]],
  ])('that %s are refused', async (_, rates) => {
    const odd = {
      async *speak(): AsyncGenerator<SpeechPiece> {
        for (const sampleRate of rates) yield { pcm: tone(40), sampleRate }
      },
    }
    const { events } = await run({}, { voice: odd })
    expect(only(events, 'error').map(({ error }) => error.code)).toEqual(['unsupported-audio'])
  })
})
