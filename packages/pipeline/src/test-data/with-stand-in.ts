import { Conversation, type ConversationOptions } from '../conversation.ts'
import type { OpenAiEndpoint } from '../endpoint/openai-endpoint.ts'
import { OpenAiLanguageModel } from '../endpoint/openai-language-model.ts'
import { OpenAiVoice } from '../endpoint/openai-voice.ts'
import { heard } from '../testing/heard.ts'
import { OpenAiStandIn, type OpenAiStandInOptions } from '../testing/openai-stand-in.ts'
import type { Turn } from '../turn/turn.ts'
import type { TurnEvent } from '../turn/turn-event.ts'

export const TEST_KEY = 'sk-test-0123456789abcdef'

/** A conversation over real HTTP with a stand-in on both ends; both are closed behind `use`, and the stand-in must then have nothing open. */
export async function withStandIn<Result>(
  script: OpenAiStandInOptions,
  options: Partial<ConversationOptions> & { readonly retries?: number },
  use: (conversation: Conversation, standIn: OpenAiStandIn) => Promise<Result>,
): Promise<Result> {
  const standIn = await OpenAiStandIn.start(script)
  const { retries = 0, ...rest } = options
  const endpoint: OpenAiEndpoint = { baseUrl: standIn.baseUrl, apiKey: TEST_KEY, model: 'stand-in', retries }
  const conversation = new Conversation({
    model: new OpenAiLanguageModel(endpoint),
    voice: new OpenAiVoice({ ...endpoint, voice: 'stand-in' }),
    ...rest,
  })
  try {
    return await use(conversation, standIn)
  } finally {
    conversation.close()
    await standIn.close()
  }
}

export async function eventsOf(turn: Turn): Promise<readonly TurnEvent[]> {
  const events: TurnEvent[] = []
  for await (const event of turn) events.push(event)
  return events
}

export function only<Type extends TurnEvent['type']>(
  events: readonly TurnEvent[],
  type: Type,
): readonly Extract<TurnEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<TurnEvent, { type: Type }> => event.type === type)
}

/** Resolves as soon as `holds`; rejects after `ms`. */
export async function until(holds: () => boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not so within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** One turn to its end, after which the stand-in must have nothing open. `spoken`: the sentences of which sound came. */
export async function run(
  script: OpenAiStandInOptions,
  options: Partial<ConversationOptions> & { readonly retries?: number },
): Promise<{ events: readonly TurnEvent[]; spoken: readonly string[]; requests: number }> {
  return await withStandIn(script, options, async (conversation, standIn) => {
    const events = await eventsOf(conversation.answer(heard('my secret words')))
    await until(() => standIn.openRequests === 0)
    const sounded = new Set(only(events, 'audio').map(({ sentence }) => sentence))
    const spoken = only(events, 'sentence').filter(({ sentence }) => sounded.has(sentence))
    return { events, spoken: spoken.map(({ text }) => text), requests: standIn.requests.length }
  })
}
