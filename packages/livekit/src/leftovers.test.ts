import { initializeLogger } from '@livekit/agents'
import { joinSamples } from '@sensevoice-web/engine'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { STT } from './sense-voice-stt.ts'
import { ScriptedBackend } from './test-data/scripted-backend.ts'
import { frames, silence, spoken } from './test-data/sound.ts'

initializeLogger({ pretty: false, level: 'silent' })

/** Timers that the plugin's own code has set and that are still to fire, by where they were set. */
const alive = new Map<unknown, string>()
beforeEach(() => {
  alive.clear()
  const { setTimeout, clearTimeout } = globalThis
  const set = (work: (...values: unknown[]) => void, delayMs?: number, ...values: unknown[]) => {
    const timer = setTimeout(() => {
      alive.delete(timer)
      work(...values)
    }, delayMs)
    const by = new Error('set').stack?.split('\n')[2] ?? ''
    if (by.includes('packages/livekit/src') && !by.includes('.test.ts')) alive.set(timer, by)
    return timer
  }
  vi.stubGlobal('setTimeout', set)
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout | undefined) => {
    alive.delete(timer)
    clearTimeout(timer)
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

const speech = joinSamples([silence(0.4), spoken('en-three-one-four'), silence(1)])

function hanging(): ScriptedBackend {
  return new ScriptedBackend('hanging', () => new Promise<string>(() => {}))
}

test('an STT that is closed in the middle of a recognition leaves no timer', async () => {
  const backend = hanging()
  const own = new STT({ backend, retry: { answerMs: 60_000 } })
  const stream = own.stream()
  for (const frame of frames(speech)) stream.pushFrame(frame)
  await expect.poll(() => backend.running).toBe(1)
  expect(alive.size).toBeGreaterThan(0)
  await own.close()
  await expect.poll(() => [...alive.values()]).toEqual([])
  expect(own.openStreams).toBe(0)
})

test('a stream that is closed while its utterance waits to be tried again leaves no timer', async () => {
  const backend = new ScriptedBackend('down', () => {
    throw new Error('down')
  })
  const own = new STT({ backend, retry: { attempts: 2, backoffMs: 60_000 } })
  const stream = own.stream()
  for (const frame of frames(speech)) stream.pushFrame(frame)
  await expect.poll(() => backend.calls.length).toBe(1)
  await expect.poll(() => own.counters.retried).toBe(1)
  stream.close()
  await stream.end()
  await expect.poll(() => [...alive.values()]).toEqual([])
  await own.close()
})

test('a recognition that is aborted leaves no timer', async () => {
  const own = new STT({ backend: hanging(), retry: { answerMs: 60_000 } })
  const controller = new AbortController()
  const asked = own.recognize(frames(speech), controller.signal)
  controller.abort(new Error('nobody waits'))
  await expect(asked).rejects.toThrow('nobody waits')
  await expect.poll(() => [...alive.values()]).toEqual([])
  await own.close()
})
