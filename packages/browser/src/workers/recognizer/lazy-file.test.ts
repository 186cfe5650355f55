import { describe, expect, test } from 'vitest'
import { LazyFile } from './lazy-file.ts'

const bytes = Uint8Array.from({ length: 100 }, (_, index) => index)
const asked: [number, number][] = []
const file = new LazyFile(bytes.length, (begin, end) => {
  asked.push([begin, end])
  return bytes.slice(begin, end)
})

describe('LazyFile', () => {
  test('is taken for an array, as large as the file, that holds nothing', () => {
    expect(file).toBeInstanceOf(Uint8Array)
    expect(file.byteLength).toBe(100)
    expect(file.buffer.byteLength).toBe(0)
    expect(asked).toEqual([])
  })

  test('reads just the range that is asked for', () => {
    expect([...file.subarray(10, 13)]).toEqual([10, 11, 12])
    expect(asked).toEqual([[10, 13]])
  })

  test('copies into a heap as onnxruntime does it', () => {
    const heap = new Uint8Array(20)
    heap.set(file.subarray(90, 100), 5)
    expect([...heap.subarray(4, 8)]).toEqual([0, 90, 91, 92])
  })

  test('fails instead of giving zeros where it is copied as a whole', () => {
    expect(new Uint8Array(file.buffer).length).toBe(0)
    expect(() => new Uint8Array(200).set(new Uint8Array(file.buffer, 0, file.byteLength))).toThrow(RangeError)
  })
})
