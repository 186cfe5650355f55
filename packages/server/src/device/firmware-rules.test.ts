import { SpeechError } from '@sensevoice-web/engine'
import { describe, expect, test } from 'vitest'
import { FirmwareRules } from './firmware-rules.ts'

const ANSWER = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'

function frame(first: number, payload: string): Buffer {
  const { length } = payload
  const header =
    length > 65_535
      ? [first, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255]
      : length > 125
        ? [first, 126, length >> 8, length & 255]
        : [first, length]
  return Buffer.concat([Buffer.from(header), Buffer.from(payload)])
}

/** What is heard and told of bytes that come in these pieces. */
function through(...pieces: (string | Buffer)[]) {
  const told: string[] = []
  const rules = new FirmwareRules((line) => told.push(line))
  const heard = Buffer.concat(pieces.flatMap((piece) => rules.take(Buffer.from(piece))))
  return { heard: heard.toString('latin1'), told }
}

describe('FirmwareRules', () => {
  test('what comes in one piece with the upgrade is lost, what comes later is heard', () => {
    const text = frame(0x81, 'later')
    const { heard, told } = through(Buffer.concat([Buffer.from(ANSWER), frame(0x81, 'early')]), text)
    expect(heard).toBe(ANSWER + text.toString('latin1'))
    expect(told).toEqual(['7 bytes right behind the upgrade: the firmware would lose them'])
  })

  test('messages over the buffer and fragments are lost, wherever reads end', () => {
    const frames = [
      frame(0x81, 'a'.repeat(4095)),
      frame(0x81, 'b'.repeat(4096)),
      frame(0x82, 'c'.repeat(70_000)),
      frame(0x01, 'd'.repeat(200)),
      frame(0x89, 'ping'),
      frame(0x80, ''),
      frame(0x81, ''),
      frame(0x88, 'end'),
    ]
    const sent = Buffer.concat(frames)
    const expected = [0, 4, 6, 7].map((at) => frames[at]?.toString('latin1')).join('')
    const lost = ['reply of 4096', 'reply of 70000', 'fragment of 200', 'fragment of 0']
    for (const step of [1, 3, 1000, sent.length]) {
      const pieces = Array.from({ length: Math.ceil(sent.length / step) }, (_, at) =>
        sent.subarray(at * step, (at + 1) * step),
      )
      const { heard, told } = through(ANSWER, ...pieces)
      expect(heard).toBe(ANSWER + expected)
      expect(told).toEqual(lost.map((what) => `a ${what} bytes: the firmware would lose it`))
    }
  })

  test('an answer to the upgrade has to fit its buffer', () => {
    const long = ANSWER.replace('\r\n\r\n', `\r\nX: ${'x'.repeat(1600)}`)
    expect(() => through(long.slice(0, 100), long.slice(100))).toThrow(SpeechError)
    expect(through(ANSWER.slice(0, 5), ANSWER.slice(5)).heard).toBe(ANSWER)
  })

  test('a refusal is read whole', () => {
    const refusal = `HTTP/1.1 401 Refused\r\n\r\n${'x'.repeat(5000)}`
    expect(through(refusal.slice(0, 9), refusal.slice(9))).toEqual({ heard: refusal, told: [] })
  })
})
