import { OpenAiStandIn, type OpenAiStandInOptions } from '@sensevoice-web/pipeline/testing'
import { onTestFinished } from 'vitest'
import { Arrivals } from './arrivals.ts'
import type { Guest } from './guest.ts'
import { type Stage, stage } from './stage.ts'

export const KEYS = { LLM_KEY: 'sk-llm-0123456789', VOICE_KEY: 'sk-voice-0123456789' }

/** A message of the topic `sensevoice.cue`, and how much of the agent's sound had been heard when it came. */
export interface CueMessage {
  readonly type: 'cue' | 'end' | 'stop'
  readonly turn: number
  readonly startMs: number
  readonly endMs: number
  readonly playsInMs: number
  readonly expression: { readonly emotion: string; readonly intensity: number }
  readonly mouth: readonly number[]
  readonly outcome: string
  readonly audioMs: number
  readonly playedMs: number
  readonly heardMs: number
}

/** A stage whose agent answers by a scripted model and voice. */
export async function answering(
  script: OpenAiStandInOptions,
  env: Readonly<Record<string, string>> = {},
): Promise<Stage & { readonly standIn: OpenAiStandIn }> {
  const standIn = await OpenAiStandIn.start(script)
  onTestFinished(() => standIn.close())
  const staged = await stage({
    LLM_URL: standIn.baseUrl,
    LLM_MODEL: 'stand-in',
    VOICE_URL: standIn.baseUrl,
    VOICE_MODEL: 'stand-in',
    VOICE_NAME: 'alto',
    ...KEYS,
    ...env,
  })
  return { ...staged, standIn }
}

/** The cues that a guest gets from now on. */
export function cuesOf(guest: Guest): Arrivals<CueMessage> {
  const cues = new Arrivals<CueMessage>()
  guest.room.on('dataReceived', (payload, participant, _kind, topic) => {
    if (topic !== 'sensevoice.cue') return
    const ear = guest.ear.recordings.all.find(({ identity }) => identity === participant?.identity)
    const heardMs = (ear?.lengthSamples ?? 0) / 16
    cues.add({ ...JSON.parse(new TextDecoder().decode(payload)), heardMs })
  })
  return cues
}
