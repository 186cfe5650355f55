import type { LoadProgress } from '@sensevoice-web/engine'
import { afterEach, expect, test, vi } from 'vitest'
import { throttled } from './throttled.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('of many pieces the first, one in 50 ms and the last are told; every stage begins with its first', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const told: LoadProgress[] = []
  const tell = throttled((progress) => told.push(progress))
  for (let loadedBytes = 0; loadedBytes <= 100; loadedBytes++) {
    tell({ stage: 'verifying', loadedBytes, totalBytes: 500 })
    vi.advanceTimersByTime(1)
  }
  tell({ stage: 'model', loadedBytes: 101, totalBytes: 500 })
  tell({ stage: 'model', loadedBytes: 102, totalBytes: 500 })
  tell({ stage: 'model', loadedBytes: 500, totalBytes: 500 })
  expect(told.map(({ stage, loadedBytes }) => `${stage} ${loadedBytes}`)).toEqual([
    'verifying 0',
    'verifying 50',
    'verifying 100',
    'model 101',
    'model 500',
  ])
})
