import { expect, test } from 'vitest'
import { SerialRuns } from './serial-runs.ts'

test('runs one after the other, in order, also behind a failure', async () => {
  const runs = new SerialRuns('the model')
  let inside = 0
  const work = (name: string) => async () => {
    inside += 1
    expect(inside).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 2))
    inside -= 1
    if (name === 'b') throw new Error('b failed')
    return name
  }
  const all = await Promise.allSettled(['a', 'b', 'c'].map((name) => runs.run(work(name))))
  expect(all.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))).toEqual(['a', 'failed', 'c'])
})

test('releases once, after what was asked for, and refuses what comes later', async () => {
  const runs = new SerialRuns('the model')
  const order: string[] = []
  const running = runs.run(async () => order.push('run'))
  const release = async () => {
    order.push('release')
  }
  await Promise.all([running, runs.close(release), runs.close(release)])
  expect(order).toEqual(['run', 'release'])
  await expect(runs.run(async () => 1)).rejects.toMatchObject({ code: 'closed' })
})
