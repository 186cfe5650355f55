import type { SpeechEvent } from '@sensevoice-web/engine'
import { describe, expect, it, vi } from 'vitest'
import { EventQueue } from './event-queue.ts'

const start = (segmentId: number): SpeechEvent => ({
  type: 'speech-start',
  segmentId,
  startMs: 0,
  startSamples: 0,
})
const level = (positionMs: number): SpeechEvent => ({
  type: 'level',
  rms: 0,
  peak: 0,
  speechProbability: 0,
  speaking: false,
  positionMs,
})

async function all(queue: EventQueue): Promise<SpeechEvent[]> {
  const events: SpeechEvent[] = []
  for await (const event of queue) events.push(event)
  return events
}

describe('EventQueue', () => {
  it('gives every event in order to a consumer that waits and to one that comes late', async () => {
    const queue = new EventQueue(async () => {})
    queue.push(start(0))
    const heard = all(queue)
    await Promise.resolve()
    queue.push(start(1))
    queue.push(start(2))
    queue.end()
    expect((await heard).map((event) => event.type === 'speech-start' && event.segmentId)).toEqual([0, 1, 2])
  })

  it('keeps only the newest level for a slow consumer', async () => {
    const queue = new EventQueue(async () => {})
    for (let i = 0; i < 100; i += 1) queue.push(level(i))
    queue.push(start(0))
    queue.end()
    expect(await all(queue)).toEqual([level(99), start(0)])
  })

  it('does not grow without bound while nobody consumes', async () => {
    const queue = new EventQueue(async () => {})
    for (let i = 0; i < 1000; i += 1) queue.push(start(i))
    queue.end()
    const events = await all(queue)
    expect(events).toHaveLength(256)
    expect(events.at(-1)).toEqual(start(999))
  })

  it('hands out what waits before it throws', async () => {
    const queue = new EventQueue(async () => {})
    queue.push(start(0))
    queue.fail(new Error('lost'))
    expect((await queue.next()).value).toEqual(start(0))
    await expect(queue.next()).rejects.toThrow('lost')
    expect((await queue.next()).done).toBe(true)
  })

  it('tells the owner when the consumer leaves the loop', async () => {
    const left = vi.fn(async () => {})
    const queue = new EventQueue(left)
    queue.push(start(0))
    queue.push(start(1))
    for await (const _event of queue) break
    expect(left).toHaveBeenCalledOnce()
    expect((await queue.next()).done).toBe(true)
  })
})
