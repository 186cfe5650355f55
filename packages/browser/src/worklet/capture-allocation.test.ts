import { memoryUsage } from 'node:process'
import { expect, test } from 'vitest'
import { CaptureBuffer } from './capture-buffer.ts'

const QUANTUM = 128
/** One minute at 44.1 kHz: few enough that one byte a quantum stays below what starts a garbage collection. */
const QUANTA = 20_000

test('a minute of render quanta allocates nothing on the audio thread', () => {
  const quantum = new Float32Array(QUANTUM)
  const buffer = new CaptureBuffer(1024, 8, (samples) => buffer.recycle(samples))
  let frame = 0
  const minute = () => {
    const before = memoryUsage().heapUsed
    for (let count = 0; count < QUANTA; count += 1) {
      buffer.write(quantum, frame)
      frame += QUANTUM
    }
    return (memoryUsage().heapUsed - before) / QUANTA
  }
  // The first minutes compile the code. Of the others the least counts: the test runner's own work may fall into any of them.
  const bytesPerQuantum = Array.from({ length: 12 }, minute).slice(4)
  // One object or boxed number a quantum would be 12 bytes and more in every minute.
  expect(Math.min(...bytesPerQuantum.map(Math.abs))).toBeLessThan(2)
})
