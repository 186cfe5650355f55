import { expect, test } from 'vitest'
import { PcmBytes } from './pcm-bytes.ts'

const bytes = Uint8Array.from([1, 0, 255, 255, 0, 128, 255, 127])

test.each([1, 2, 3, 5, 8])('samples are whole however the bytes are cut (%i at a time)', (length) => {
  const pcm = new PcmBytes('audio/pcm')
  const samples: number[] = []
  for (let at = 0; at < bytes.length; at += length)
    samples.push(...pcm.push(bytes.subarray(at, at + length)), ...pcm.push(new Uint8Array(0)))
  expect(samples).toEqual([1, -1, -32_768, 32_767])
})

test.each(['RIFF', 'ID3\x04', 'OggS', 'fLaC'])(
  'a file that begins with %j is not played as noise',
  (head) => {
    expect(() => new PcmBytes(null).push(new TextEncoder().encode(`${head}rest`))).toThrowError(
      expect.objectContaining({ code: 'unsupported-audio' }),
    )
  },
)

test('sound that looks like a file later on is sound', () => {
  const pcm = new PcmBytes(null)
  pcm.push(bytes)
  expect(pcm.push(new TextEncoder().encode('RIFF'))).toHaveLength(2)
})
