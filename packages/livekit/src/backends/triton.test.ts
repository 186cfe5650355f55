import { initializeLogger, stt } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OipStandIn } from '../../../server/src/backend/test-data/oip-stand-in.ts'
import {
  SMALL_FACTS,
  SMALL_PARAMETERS,
  smallModel,
} from '../../../server/src/backend/test-data/served-small-model.ts'
import { modelFolder } from '../../../server/src/test-data/workspace.ts'
import { STT } from '../sense-voice-stt.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { eventsOf, frames, silence, spoken, textsOf } from '../test-data/sound.ts'
import { localBackend } from './local.ts'
import { tritonBackend } from './triton.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { FINAL_TRANSCRIPT } = stt.SpeechEventType
const sound = joinSamples([silence(0.5), spoken('en-three-one-four'), silence(1)])
const model = modelFolder()
let server: OipStandIn

beforeAll(async () => {
  server = await OipStandIn.start({
    model: await smallModel(),
    facts: SMALL_FACTS,
    parameters: SMALL_PARAMETERS,
  })
})
afterAll(() => {
  server.kill()
  model.remove()
})

test('gives through a server of the Triton protocol what the same model gives here, and is replaced when it is gone', async () => {
  const here = new STT({ backend: localBackend({ model: model.folder }) })
  const there = new STT({
    backend: tritonBackend({ model: model.folder, endpoints: [server.http] }),
    fallbacks: [new ScriptedBackend('spare', () => 'from the spare')],
    retry: { attempts: 2, backoffMs: 1 },
  })
  const [own] = textsOf(await eventsOf(here.stream(), frames(sound)), FINAL_TRANSCRIPT)
  expect(own).toMatch(/\S/)
  expect(textsOf(await eventsOf(there.stream(), frames(sound)), FINAL_TRANSCRIPT)).toEqual([own])
  server.kill()
  expect(textsOf(await eventsOf(there.stream(), frames(sound)), FINAL_TRANSCRIPT)).toEqual(['from the spare'])
  await Promise.all([here.close(), there.close()])
})

test('refuses to be without servers', () => {
  expect(() => tritonBackend({ model: 'tiny', endpoints: [] })).toThrow(/address of a server/)
  expect(() => tritonBackend({ model: 'tiny', endpoints: ['http://x'], parallel: 0 })).toThrow(/parallel/)
})
