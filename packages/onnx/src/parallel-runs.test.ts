import { expect, test } from 'vitest'
import { ParallelRuns } from './parallel-runs.ts'

test('runs go on side by side, a failed one alone, and the release waits for all', async () => {
  const runs = new ParallelRuns('the model')
  const order: string[] = []
  const finish: (() => void)[] = []
  const run = (name: string) =>
    runs.run(async () => {
      order.push(`${name} begins`)
      await new Promise<void>((resolve) => finish.push(resolve))
      order.push(`${name} ends`)
    })
  const both = [run('a'), run('b')]
  const failed = runs.run(() => Promise.reject(new Error('broken')))
  await expect(failed).rejects.toThrow('broken')
  expect(order).toEqual(['a begins', 'b begins'])
  const closed = runs.close(async () => void order.push('released'))
  await expect(run('late')).rejects.toMatchObject({ code: 'closed' })
  for (const done of finish) done()
  await Promise.all([...both, closed])
  expect(order.at(-1)).toBe('released')
  await runs.close(async () => void order.push('again'))
  expect(order.at(-1)).toBe('released')
})
