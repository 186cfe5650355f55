import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SessionStore } from './session-store.ts'
import type { StreamSession } from './stream-session.ts'

const closed: string[] = []
let store: SessionStore

/** What the store uses of a session. */
function session(id: string, device: string): StreamSession {
  const close = async () => void closed.push(id)
  return { id, device, close } as unknown as StreamSession
}

function left(id: string, device = id): StreamSession {
  const made = session(id, device)
  store.add(made)
  store.leave(made)
  return made
}

beforeEach(() => {
  vi.useFakeTimers()
  closed.length = 0
  store = new SessionStore(30_000, 3)
})
afterEach(() => void vi.useRealTimers())

test('a session waits for its client, and goes when nobody comes', () => {
  const made = left('a')
  vi.advanceTimersByTime(29_000)
  expect(store.find('a', 'a')).toBe(made)
  vi.advanceTimersByTime(60_000)
  expect(closed).toEqual([])
  store.leave(made)
  vi.advanceTimersByTime(30_000)
  expect(closed).toEqual(['a'])
  expect(store.find('a', 'a')).toBe(undefined)
})

test('nobody else’s device gets it', () => {
  left('a', 'kitchen')
  expect(store.find('a', 'bedroom')).toBe(undefined)
  expect(store.find('a', 'kitchen')).toBeDefined()
})

test('a device that begins anew gives up what it left, and nothing of others or of its own connections', () => {
  left('old', 'kitchen')
  left('other', 'bedroom')
  store.add(session('connected', 'kitchen'))
  store.add(session('new', 'kitchen'))
  expect(closed).toEqual(['old'])
  expect(store.size).toBe(3)
})

test('of too many that wait the oldest goes', () => {
  for (const id of ['a', 'b', 'c', 'd']) left(id)
  expect(closed).toEqual(['a'])
  expect(store.size).toBe(3)
})
