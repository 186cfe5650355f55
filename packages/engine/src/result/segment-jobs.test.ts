import { describe, expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import type { SegmentJob, SegmentJobOutcome } from './segment-job.ts'
import { SegmentJobs } from './segment-jobs.ts'

type Kind = SegmentJob<null>['kind']

/** A queue whose jobs finish when the test says so; runs and outcomes are written down in short words. */
class Bench {
  readonly ran: string[] = []
  readonly told: string[] = []
  readonly #open: { resolve(result: string): void; reject(error: unknown): void; name: string }[] = []
  readonly jobs: SegmentJobs<null, string>
  nowMs = 0
  mostAtOnce = 0
  queueMs: number[] = []

  constructor(maxBacklogSamples = 1_000_000) {
    this.jobs = new SegmentJobs({
      run: (job, queueMs) => {
        const name = `${job.kind}${job.segmentId}${job.kind === 'partial' ? '' : `.${job.revision}`}`
        this.ran.push(name)
        this.queueMs.push(queueMs)
        return new Promise((resolve, reject) => {
          this.#open.push({ resolve, reject, name })
          this.mostAtOnce = Math.max(this.mostAtOnce, this.#open.length)
        })
      },
      deliver: (outcome) => this.told.push(wordOf(outcome)),
      clock: () => this.nowMs,
      maxBacklogSamples,
    })
  }

  push(kind: Kind, segmentId: number, revision = 0, lengthSamples = 1000): void {
    const base = { segmentId, lengthSamples, payload: null }
    this.jobs.push(kind === 'partial' ? { ...base, kind } : { ...base, kind, revision })
  }

  get running(): boolean {
    return this.#open.length > 0
  }

  async finish(): Promise<void> {
    const open = this.#open.shift()
    open?.resolve(open.name)
    await settle()
  }

  async fail(): Promise<void> {
    this.#open.shift()?.reject(new Error('broken'))
    await settle()
  }
}

function wordOf(outcome: SegmentJobOutcome<string>): string {
  switch (outcome.type) {
    case 'final':
      return `final${outcome.segmentId}=${outcome.result}${outcome.speculative ? '*' : ''}`
    case 'partial':
      return `partial${outcome.segmentId}=${outcome.result}`
    case 'failed':
      return `failed ${outcome.kind}${outcome.segmentId} ${outcome.error.code}`
    case 'dropped':
      return `dropped${outcome.segmentId} ${outcome.samples}/${outcome.totalSamples}`
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

describe('order', () => {
  test('finals go first and in order, then the candidate, then the partial; one at a time', async () => {
    const bench = new Bench()
    bench.push('partial', 0)
    bench.push('final', 0)
    bench.push('final', 1)
    bench.push('partial', 3)
    bench.push('candidate', 2)
    for (let count = 0; count < 5; count += 1) await bench.finish()
    expect(bench.ran).toEqual(['partial0', 'final0.0', 'final1.0', 'candidate2.0', 'partial3'])
    expect(bench.mostAtOnce).toBe(1)
  })

  test('only the newest partial and the newest candidate wait', async () => {
    const bench = new Bench()
    bench.push('final', 0)
    bench.push('partial', 1)
    bench.push('partial', 2)
    bench.push('candidate', 3, 0)
    bench.jobs.resumed(3)
    bench.push('candidate', 3, 1)
    for (let count = 0; count < 5; count += 1) await bench.finish()
    expect(bench.ran).toEqual(['final0.0', 'candidate3.1', 'partial2'])
  })

  test('a partial is not run once its segment has a candidate or final, and is again once speech resumed', async () => {
    const bench = new Bench()
    bench.push('final', 0)
    bench.push('partial', 1)
    bench.push('candidate', 1)
    bench.push('partial', 1)
    await bench.finish()
    bench.push('partial', 1)
    await bench.finish()
    expect(bench.ran).toEqual(['final0.0', 'candidate1.0'])
    bench.jobs.resumed(1)
    bench.push('partial', 1)
    expect(bench.ran.at(-1)).toBe('partial1')
  })

  test('a job is told how long it waited', async () => {
    const bench = new Bench()
    bench.push('final', 0)
    bench.push('final', 1)
    bench.nowMs = 250
    await bench.finish()
    expect(bench.queueMs).toEqual([0, 250])
  })
})

describe('speculation', () => {
  test('a finished candidate is shown as text so far and becomes the final without a second run', async () => {
    const bench = new Bench()
    bench.push('candidate', 0)
    await bench.finish()
    bench.push('final', 0)
    expect(bench.told).toEqual(['partial0=candidate0.0', 'final0=candidate0.0*'])
    expect(bench.ran).toEqual(['candidate0.0'])
  })

  test('a candidate still in flight becomes the final when it is done, even with the next candidate waiting', async () => {
    const bench = new Bench()
    bench.push('candidate', 0)
    bench.push('final', 0)
    bench.push('candidate', 1)
    expect(bench.told).toEqual([])
    await bench.finish()
    expect(bench.told).toEqual(['final0=candidate0.0*'])
    expect(bench.ran).toEqual(['candidate0.0', 'candidate1.0'])
  })

  test('a candidate that still waits is not run besides its final', async () => {
    const bench = new Bench()
    bench.push('final', 0)
    bench.push('candidate', 1)
    bench.push('final', 1)
    for (let count = 0; count < 3; count += 1) await bench.finish()
    expect(bench.ran).toEqual(['final0.0', 'final1.0'])
  })

  test('resumed speech throws the result away, done or in flight', async () => {
    const bench = new Bench()
    bench.push('candidate', 0, 0)
    bench.jobs.resumed(0)
    await bench.finish()
    bench.push('candidate', 0, 1)
    await bench.finish()
    bench.jobs.resumed(0)
    bench.push('final', 0, 2)
    await bench.finish()
    expect(bench.told).toEqual(['partial0=candidate0.1', 'final0=final0.2'])
  })

  test('a final of another revision is run itself', async () => {
    const bench = new Bench()
    bench.push('candidate', 0, 0)
    await bench.finish()
    bench.push('final', 0, 1)
    await bench.finish()
    expect(bench.told.at(-1)).toBe('final0=final0.1')
  })

  test('a speculative final does not overtake the one before it', async () => {
    const bench = new Bench()
    bench.push('candidate', 1)
    bench.push('final', 0)
    bench.push('final', 1)
    await bench.finish()
    await bench.finish()
    expect(bench.told.filter((word) => word.startsWith('final'))).toEqual([
      'final0=final0.0',
      'final1=candidate1.0*',
    ])
  })
})

describe('failures', () => {
  test('fail their own segment only', async () => {
    const bench = new Bench()
    bench.push('final', 0)
    bench.push('final', 1)
    bench.push('partial', 2)
    await bench.fail()
    await bench.finish()
    await bench.fail()
    expect(bench.told).toEqual([
      'failed final0 inference-failed',
      'final1=final1.0',
      'failed partial2 inference-failed',
    ])
  })

  test('of a candidate are not told: the final tries again', async () => {
    const bench = new Bench()
    bench.push('candidate', 0)
    bench.push('final', 0)
    await bench.fail()
    await bench.finish()
    expect(bench.ran).toEqual(['candidate0.0', 'final0.0'])
    expect(bench.told).toEqual(['final0=final0.0'])
  })

  test('thrown before the first await are failures like any other', async () => {
    const told: string[] = []
    const jobs = new SegmentJobs<null, string>({
      run: () => {
        throw new Error('at once')
      },
      deliver: (outcome) => told.push(wordOf(outcome)),
      clock: () => 0,
      maxBacklogSamples: 1,
    })
    jobs.push({ kind: 'final', segmentId: 0, revision: 0, lengthSamples: 1, payload: null })
    await jobs.drain()
    expect(told).toEqual(['failed final0 inference-failed'])
  })
})

describe('backlog', () => {
  test('drops the oldest waiting finals, counts them, and never the newest', async () => {
    const bench = new Bench(2500)
    bench.push('final', 0)
    for (const id of [1, 2, 3, 4]) bench.push('final', id)
    expect(bench.told).toEqual(['dropped1 1000/1000', 'dropped2 1000/2000'])
    expect(bench.jobs.backlogSamples).toBe(2000)
    bench.push('final', 5, 0, 9000)
    expect(bench.told.slice(2)).toEqual(['dropped3 1000/3000', 'dropped4 1000/4000'])
    await bench.finish()
    await bench.finish()
    expect(bench.told.slice(4)).toEqual(['final0=final0.0', 'final5=final5.0'])
  })

  test('spares the final whose candidate is in flight', () => {
    const bench = new Bench(500)
    bench.push('candidate', 0)
    bench.push('final', 0)
    bench.push('final', 1)
    bench.push('final', 2)
    expect(bench.told).toEqual(['dropped1 1000/1000'])
  })
})

describe('drain and clear', () => {
  test('drain waits for all that waits and runs', async () => {
    const bench = new Bench()
    await bench.jobs.drain()
    bench.push('final', 0)
    bench.push('final', 1)
    let drained = false
    void bench.jobs.drain().then(() => {
      drained = true
    })
    await bench.finish()
    expect(drained).toBe(false)
    await bench.finish()
    expect(drained).toBe(true)
  })

  test('clear forgets what waits and the answer of what runs; the queue goes on after it', async () => {
    const bench = new Bench()
    bench.push('final', 0)
    bench.push('final', 1)
    bench.push('partial', 2)
    bench.jobs.clear()
    bench.push('final', 3)
    await bench.finish()
    await bench.finish()
    expect(bench.told).toEqual(['final3=final3.0'])
  })
})

test('random streams: every final is told exactly once and in order, whatever fails or resumes', async () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const random = seededRandom(seed)
    const bench = new Bench()
    const segments = 12
    for (let id = 0; id < segments; id += 1) {
      let revision = 0
      while (random() < 0.7) {
        if (random() < 0.5) bench.push('partial', id)
        if (random() < 0.5) {
          bench.push('candidate', id, revision)
          if (random() < 0.6) await bench.finish()
          if (random() < 0.2) await bench.fail()
          bench.jobs.resumed(id)
          revision += 1
        }
      }
      if (random() < 0.6) bench.push('candidate', id, revision)
      if (random() < 0.5) await bench.finish()
      bench.push('final', id, revision)
    }
    const drained = bench.jobs.drain()
    while (bench.running) await (random() < 0.2 ? bench.fail() : bench.finish())
    await drained
    const ends = bench.told
      .filter((word) => word.startsWith('final') || word.startsWith('failed final'))
      .map((word) => Number(/final(\d+)/.exec(word)?.[1]))
    expect(ends).toEqual(Array.from({ length: segments }, (_, id) => id))
    expect(bench.mostAtOnce).toBe(1)
  }
})
