import { describe, expect, it } from 'vitest'
import { CaptureBuffer } from './capture-buffer.ts'

const QUANTUM = 128

/** A quantum whose values are their own frame numbers, so that any loss, doubling or move shows. */
const quantumAt = (frame: number) => Float32Array.from({ length: QUANTUM }, (_, i) => frame + i)

function collect(chunkFrames: number, chunks: number) {
  const heard: { samples: Float32Array; copy: number[]; startFrame: number }[] = []
  const buffer = new CaptureBuffer(chunkFrames, chunks, (samples, length, startFrame) => {
    heard.push({ samples, copy: [...samples.subarray(0, length)], startFrame })
  })
  return { buffer, heard }
}

describe('CaptureBuffer', () => {
  it('hands over every frame once, in order, with its position', () => {
    const { buffer, heard } = collect(512, 4)
    for (let frame = 1000; frame < 1000 + 20 * QUANTUM; frame += QUANTUM) {
      buffer.write(quantumAt(frame), frame)
      const last = heard.at(-1)
      if (last) buffer.recycle(last.samples)
    }
    buffer.flush()
    expect(heard.flatMap((chunk) => chunk.copy)).toEqual(
      Array.from({ length: 20 * QUANTUM }, (_, i) => 1000 + i),
    )
    for (const chunk of heard) expect(chunk.copy[0]).toBe(chunk.startFrame)
  })

  it('drops quanta while every buffer is away and goes on with the true position afterwards', () => {
    const { buffer, heard } = collect(256, 2)
    for (let i = 0; i < 10; i += 1) buffer.write(quantumAt(i * QUANTUM), i * QUANTUM)
    expect(heard.map((chunk) => chunk.startFrame)).toEqual([0, 256])
    for (const chunk of [...heard]) buffer.recycle(chunk.samples)
    for (let i = 10; i < 12; i += 1) buffer.write(quantumAt(i * QUANTUM), i * QUANTUM)
    expect(heard.at(-1)?.startFrame).toBe(10 * QUANTUM)
    expect(heard.at(-1)?.copy).toEqual([...quantumAt(10 * QUANTUM), ...quantumAt(11 * QUANTUM)])
  })

  it('never joins sound across a jump of the clock', () => {
    const { buffer, heard } = collect(1024, 4)
    buffer.write(quantumAt(0), 0)
    buffer.write(quantumAt(512), 512)
    buffer.flush()
    expect(heard.map(({ startFrame, copy }) => [startFrame, copy.length])).toEqual([
      [0, QUANTUM],
      [512, QUANTUM],
    ])
  })

  it('hands over nothing when flushed empty', () => {
    const { buffer, heard } = collect(256, 2)
    buffer.flush()
    expect(heard).toEqual([])
  })

  it('does not let a stranger’s buffer grow the set', () => {
    const { buffer, heard } = collect(QUANTUM, 1)
    buffer.recycle(new Float32Array(QUANTUM))
    buffer.write(quantumAt(0), 0)
    buffer.write(quantumAt(QUANTUM), QUANTUM)
    expect(heard).toHaveLength(1)
  })
})
