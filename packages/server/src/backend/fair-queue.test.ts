import { describe, expect, test } from 'vitest'
import { FairQueue } from './fair-queue.ts'

const tick = () => new Promise((resolve) => setTimeout(resolve, 1))

function setUp(concurrency = 1, mostWaiting = 100) {
  const queue = new FairQueue({ concurrency, mostWaiting, clock: () => 0 })
  const order: string[] = []
  const add = (name: string, kind: 'final' | 'candidate' | 'partial', device = name, signal?: AbortSignal) =>
    queue.run({ kind, device, ...(signal === undefined ? {} : { signal }) }, async () => {
      order.push(name)
      await tick()
      return name
    })
  return { queue, order, add }
}

describe('FairQueue', () => {
  test('finals go first, then candidates, then partials', async () => {
    const { add, order } = setUp()
    await Promise.all([
      add('running', 'partial'),
      add('p', 'partial'),
      add('c', 'candidate'),
      add('f', 'final'),
    ])
    expect(order).toEqual(['running', 'f', 'c', 'p'])
  })

  test('a device that speaks without end does not starve the others', async () => {
    const { add, order } = setUp()
    const loud = Array.from({ length: 10 }, (_, at) => add(`loud ${at}`, 'final', 'loud'))
    const quiet = add('quiet', 'final')
    await Promise.all([...loud, quiet])
    expect(order.indexOf('quiet')).toBe(1)
  })

  test('as many at once as there are hands', async () => {
    const { queue } = setUp(3)
    let [now, most] = [0, 0]
    const work = async () => {
      most = Math.max(most, ++now)
      await tick()
      now -= 1
    }
    await Promise.all(
      Array.from({ length: 12 }, (_, at) => queue.run({ kind: 'final', device: `${at}` }, work)),
    )
    expect(most).toBe(3)
  })

  test('refuses at once what would wait too long, and goes on', async () => {
    const { add } = setUp(1, 2)
    const runs = [add('a', 'final'), add('b', 'final'), add('c', 'final')]
    await expect(add('d', 'final')).rejects.toMatchObject({ code: 'busy', retryable: true })
    expect(await Promise.all(runs)).toEqual(['a', 'b', 'c'])
    expect(await add('e', 'final')).toBe('e')
  })

  test.each(['final', 'candidate'] as const)('a %s takes the place of the newest partial', async (kind) => {
    const { queue, add, order } = setUp(1, 3)
    const kept = [add('running', 'final'), add('older', 'partial'), add('waiting', 'final')]
    const refused = expect(add('newest', 'partial')).rejects.toMatchObject({ code: 'busy', retryable: true })
    const late = add('late', kind)
    await refused
    expect(queue.waiting).toBe(3)
    // A partial takes nobody's place.
    await expect(add('another', 'partial')).rejects.toMatchObject({ code: 'busy' })
    expect(await Promise.all([...kept, late])).toEqual(['running', 'older', 'waiting', 'late'])
    expect(order).toEqual(['running', 'waiting', 'late', 'older'])
  })

  test('no final is refused while partials wait, and none of those that wait for one', async () => {
    const { add } = setUp(1, 2)
    const running = add('running', 'final')
    const partials = [add('p1', 'partial'), add('p2', 'partial')].map((partial) =>
      partial.catch(({ code }) => code),
    )
    const finals = [add('f1', 'final'), add('f2', 'final')]
    await expect(add('f3', 'final')).rejects.toMatchObject({ code: 'busy' })
    expect(await Promise.all(partials)).toEqual(['busy', 'busy'])
    expect(await Promise.all([running, ...finals])).toEqual(['running', 'f1', 'f2'])
  })

  test('what was given up does not run, what failed does not stop the rest', async () => {
    const { queue, add, order } = setUp()
    const abort = new AbortController()
    const failing = queue.run({ kind: 'final', device: 'x' }, async () => {
      throw new Error('broken')
    })
    const given = add('given up', 'final', 'y', abort.signal)
    abort.abort(new Error('gone'))
    await expect(failing).rejects.toThrow('broken')
    await expect(given).rejects.toThrow('gone')
    expect(await add('later', 'final')).toBe('later')
    expect(order).toEqual(['later'])
  })

  test('closing refuses what waits and waits for what runs', async () => {
    const { queue, add } = setUp()
    const runs = [add('runs', 'final'), add('waits', 'final')]
    const closing = queue.close()
    await expect(runs[1]).rejects.toMatchObject({ code: 'closed' })
    await closing
    expect(await runs[0]).toBe('runs')
    await expect(add('late', 'final')).rejects.toMatchObject({ code: 'closed' })
  })
})
