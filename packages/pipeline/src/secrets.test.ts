import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { OpenAiLanguageModel } from './endpoint/openai-language-model.ts'
import { OpenAiVoice } from './endpoint/openai-voice.ts'
import { eventsOf, only, run, TEST_KEY, withStandIn } from './test-data/with-stand-in.ts'
import { heard } from './testing/heard.ts'
import type { OpenAiStandInOptions } from './testing/openai-stand-in.ts'

describe('the key and the words', () => {
  test('show in no event and no error, whatever the endpoint writes back', async () => {
    const echo = {
      error: { message: `bad key ${TEST_KEY}: my secret words`, code: TEST_KEY, type: TEST_KEY },
    }
    const script: OpenAiStandInOptions[] = [
      ...[400, 401, 403, 429, 500].map((status) => ({ chat: () => [{ status, body: echo }] })),
      { chat: () => [{ raw: `data: ${JSON.stringify(echo)}\n\n` }] },
      { chat: () => [{ raw: `data: {${TEST_KEY}\n\n` }] },
      { speech: () => [{ status: 401, body: echo }] },
      { speech: () => [{ status: 502, type: 'text/html', body: TEST_KEY }] },
    ]
    for (const one of script) {
      const { events } = await run(one, {})
      const errors = only(events, 'error')
      expect(errors).toHaveLength(1)
      const shown = inspect(events, { depth: 10, showHidden: true }) + JSON.stringify(events)
      expect(shown).not.toContain(TEST_KEY)
      expect(inspect(errors, { depth: 10, showHidden: true })).not.toContain('secret words')
    }
  })

  test('show in no stage that is printed, and not in what is refused', () => {
    const endpoint = { baseUrl: 'http://127.0.0.1:1/v1', apiKey: TEST_KEY, model: 'm' }
    for (const stage of [new OpenAiLanguageModel(endpoint), new OpenAiVoice({ ...endpoint, voice: 'v' })]) {
      expect(inspect(stage, { depth: 10 }) + JSON.stringify(stage)).not.toContain(TEST_KEY)
    }
    for (const bad of [
      { apiKey: `${TEST_KEY}\n` },
      { apiKey: '' },
      { baseUrl: `ftp://${TEST_KEY}@x` },
      { model: '' },
      { retries: 9 },
    ]) {
      const make = () => new OpenAiLanguageModel({ ...endpoint, ...bad })
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-argument' }))
      expect(make).not.toThrow(TEST_KEY)
    }
  })

  test('stay out of pages: there the client is refused', () => {
    vi.stubGlobal('window', { document: {} })
    vi.stubGlobal('navigator', {})
    try {
      const endpoint = { baseUrl: 'http://127.0.0.1:1/v1', apiKey: TEST_KEY, model: 'm' }
      expect(() => new OpenAiLanguageModel(endpoint)).toThrowError(
        expect.objectContaining({ code: 'not-supported' }),
      )
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('of the environment are not used', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-other')
    vi.stubEnv('OPENAI_ADMIN_KEY', 'sk-admin-other')
    vi.stubEnv('OPENAI_ORG_ID', 'org-other')
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-other')
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1')
    try {
      await withStandIn({}, {}, async (conversation, standIn) => {
        await eventsOf(conversation.answer(heard('hi')))
        expect(standIn.requests).toHaveLength(3)
        for (const { headers } of standIn.requests) {
          expect(headers.authorization).toBe(`Bearer ${TEST_KEY}`)
          expect(JSON.stringify(headers)).not.toContain('-other')
        }
      })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('an endpoint that is not there is told by the system’s word', async () => {
    const model = new OpenAiLanguageModel({ baseUrl: 'http://127.0.0.1:1/v1', model: 'm', retries: 0 })
    const { events } = await run({}, { model })
    expect(only(events, 'error').map(({ error }) => error)).toEqual([
      expect.objectContaining({
        code: 'network',
        retryable: true,
        message: expect.stringContaining('the connection to the language model broke'),
      }),
    ])
  })
})
