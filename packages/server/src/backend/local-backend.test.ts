import { Worker } from 'node:worker_threads'
import type { LanguageChoice } from '@sensevoice-web/engine'
import { afterEach, expect, test } from 'vitest'
import { goldenClip } from '../../../onnx/src/test-data/files.ts'
import type { Backend } from './backend.ts'
import { createLocalBackend } from './local-backend.ts'

// Threads run the built files: `npm run build` makes them.
const opened: Backend[] = []
afterEach(() => Promise.all(opened.splice(0).map((backend) => backend.dispose())))

async function open(parallel: number): Promise<Backend> {
  const backend = await createLocalBackend({ parallel, threads: 1, mostWaiting: 100 })
  opened.push(backend)
  return backend
}

const call = { kind: 'final', device: 'a' } as const
const segment = (id: number, samples = goldenClip('en-three-one-four')) => ({ id, samples, startSamples: 0 })

test('recognizes on threads of its own, and the event loop goes on meanwhile', async () => {
  const backend = await open(2)
  const samples = new Float32Array(30 * 16_000).map((_, at) => Math.sin(at / 9) / 4)
  let turns = 0
  const turning = setInterval(() => {
    turns += 1
  })
  const results = await Promise.all(
    Array.from({ length: 6 }, (_, id) => backend.recognize(segment(id, samples), call)),
  )
  clearInterval(turning)
  expect(results.map(({ segmentId }) => segmentId)).toEqual([0, 1, 2, 3, 4, 5])
  // On this thread alone there would be a turn or two for each.
  const busyMs = results.reduce((sum, { timings }) => sum + timings.totalMs, 0)
  expect(turns).toBeGreaterThan(busyMs / 20)
})

test('gives what the model gives, keeps the caller’s sound, and says what is wrong with a segment', async () => {
  const backend = await open(1)
  const asked = segment(3)
  const { text, segmentId, timings } = await backend.recognize(asked, call)
  expect([text, segmentId]).toEqual(['3 1 4.', 3])
  expect(timings.inferenceMs).toBeGreaterThan(0)
  expect(asked.samples.length).toBeGreaterThan(0)
  const language = 'klingon' as LanguageChoice
  await expect(backend.recognize(segment(0), { ...call, language })).rejects.toMatchObject({
    name: 'SpeechError',
    code: 'invalid-argument',
  })
  expect((await backend.recognize(segment(4), call)).text).toBe('3 1 4.')
})

test('a segment whose thread dies is recognized by a new one', async () => {
  const backend = await open(1)
  const started: Worker[] = []
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (this: Worker, ...message) {
    started.push(this)
    Worker.prototype.postMessage = post
    void this.terminate()
    return post.apply(this, message)
  }
  expect((await backend.recognize(segment(0), call)).text).toBe('3 1 4.')
  expect(started).toHaveLength(1)
  expect((await backend.recognize(segment(1), call)).text).toBe('3 1 4.')
})

test('a model that is not there is said, and no thread is left', async () => {
  await expect(
    createLocalBackend({ model: 'nowhere', parallel: 2, threads: 1, mostWaiting: 1 }),
  ).rejects.toMatchObject({ code: 'model-not-found' })
})
