import { initializeLogger, stt } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { afterEach, expect, test } from 'vitest'
import { STT } from '../sense-voice-stt.ts'
import { type FunasrReply, type FunasrSession, FunasrStandIn } from '../test-data/funasr-stand-in.ts'
import { ScriptedBackend } from '../test-data/scripted-backend.ts'
import { eventsOf, frames, silence, spoken, textsOf } from '../test-data/sound.ts'
import { type FunasrOptions, funasrBackend } from './funasr.ts'

initializeLogger({ pretty: false, level: 'silent' })

const { FINAL_TRANSCRIPT } = stt.SpeechEventType
const TAGS = '<|zh|><|HAPPY|><|Speech|><|withitn|>'
const utterance = joinSamples([silence(0.5), spoken('zh-ni-hao'), silence(1)])

const servers: FunasrStandIn[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function start(...replies: readonly FunasrReply[]): Promise<FunasrStandIn> {
  const server = await FunasrStandIn.start(() => replies)
  servers.push(server)
  return server
}

async function finalsOf(own: STT, sound = utterance): Promise<stt.SpeechData[]> {
  const events = await eventsOf(own.stream(), frames(sound))
  return events.flatMap(({ type, alternatives = [] }) => (type === FINAL_TRANSCRIPT ? alternatives : []))
}

function sttOver(server: FunasrStandIn, options: Partial<FunasrOptions> = {}): STT {
  return new STT({ backend: funasrBackend({ url: server.url, ...options }), language: 'zh', useItn: false })
}

test('speaks the protocol of the runtime servers and reads the tags out of the text', async () => {
  const server = await start({
    mode: 'offline',
    text: `${TAGS}你好。`,
    is_final: false,
    timestamp: '[[100,300],[300,520]]',
  })
  const own = sttOver(server, { hotwords: { 你好: 20 } })
  const [data] = await finalsOf(own)
  expect(data).toMatchObject({
    text: '你好。',
    language: 'zh',
    metadata: { emotion: 'happy', event: 'speech', backend: 'funasr' },
  })
  const start_ = data?.startTime ?? 0
  expect(
    data?.words?.map(({ text, startTime = 0 }) => [text, Math.round((startTime - start_) * 1000)]),
  ).toEqual([
    ['你', 100],
    ['好', 300],
  ])
  const [session] = server.sessions
  expect(session?.begin).toMatchObject({
    mode: 'offline',
    wav_format: 'pcm',
    audio_fs: 16_000,
    is_speaking: true,
    chunk_size: [5, 10, 5],
    itn: false,
    svs_lang: 'zh',
    svs_itn: false,
    hotwords: '{"你好":20}',
  })
  expect((session?.samples ?? 0) / 16_000).toBeCloseTo((data?.endTime ?? 0) - start_, 2)
  expect(session?.messageBytes[0]).toBe(1920)
  expect(own.capabilities.interimResults).toBe(false)
  await own.close()
  await expect.poll(() => server.connections).toBe(0)
})

test('joins the sentences of a server with a VAD of its own, in both of its modes', async () => {
  const offline = await start(
    { mode: 'offline', text: `${TAGS}你好。`, is_final: true },
    { mode: 'offline', text: '<|zh|><|SAD|><|BGM|><|withitn|>再见。', is_final: false },
  )
  const twoPass = await start(
    { mode: '2pass-online', text: '你', is_final: true },
    { mode: '2pass-offline', text: '你好。', is_final: true },
    { mode: '2pass-online', text: '再', is_final: false },
    { mode: '2pass-offline', text: '再见。', is_final: true },
  )
  for (const [server, mode] of [
    [offline, 'offline'],
    [twoPass, '2pass'],
  ] as const) {
    const own = sttOver(server, { mode })
    const finals = await finalsOf(own)
    expect(finals.map(({ text }) => text)).toEqual(['你好。再见。'])
    expect(server.sessions[0]?.begin['mode']).toBe(mode)
    await own.close()
  }
})

test('has one connection at a time, since the Python server throws out all others', async () => {
  let most = 0
  const server = await FunasrStandIn.start(() => {
    most = Math.max(most, server.connections)
    return [{ mode: 'offline', text: 'yes', is_final: false }]
  })
  servers.push(server)
  const own = sttOver(server)
  const both = await Promise.all([finalsOf(own), finalsOf(own)])
  expect(both.flat().map(({ text }) => text)).toEqual(['yes', 'yes'])
  expect(most).toBe(1)
  await own.close()
})

test.each<[string, (session: FunasrSession) => readonly FunasrReply[]]>([
  ['that hangs up', () => ['close']],
  ['that says nothing', () => []],
])('a server %s is replaced for that utterance', async (_name, script) => {
  const server = await FunasrStandIn.start(script)
  servers.push(server)
  const own = new STT({
    backend: funasrBackend({ url: server.url }),
    fallbacks: [new ScriptedBackend('spare', () => 'from the spare')],
    retry: { attempts: 2, backoffMs: 1, answerMs: 300 },
  })
  expect((await finalsOf(own)).map(({ text }) => text)).toEqual(['from the spare'])
  await expect.poll(() => server.connections).toBe(0)
  await own.close()
})

test('a server that is not there is named as the reason', async () => {
  const server = await start()
  const { url } = server
  await server.stop()
  servers.length = 0
  const own = new STT({ backend: funasrBackend({ url }), retry: { attempts: 2, backoffMs: 1 } })
  const errors: string[] = []
  own.on('error', ({ error }) => errors.push(error.message))
  const stream = own.stream({ connOptions: { maxRetry: 0, retryIntervalMs: 1, timeoutMs: 1000 } })
  expect(textsOf(await eventsOf(stream, frames(utterance)), FINAL_TRANSCRIPT)).toEqual([])
  expect(errors.join()).toMatch(/funasr: the FunASR server cannot be reached: .*ECONNREFUSED/)
  await own.close()
})

test('refuses addresses and numbers that are none', () => {
  expect(() => funasrBackend({ url: 'http://host' })).toThrow(/ws:\/\//)
  expect(() => funasrBackend({ url: 'ws://host', parallel: 0 })).toThrow(/parallel/)
})
