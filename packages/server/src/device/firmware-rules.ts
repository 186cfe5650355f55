import { SpeechError } from '@sensevoice-web/engine'
import { DEVICE_REPLY_BYTES } from '@sensevoice-web/protocol'

/** What the firmware's buffer for the answer to the upgrade holds. */
const ANSWER_BYTES = 1600
const UPGRADED = Buffer.from('HTTP/1.1 101')
const ANSWER_END = '\r\n\r\n'
const [CONTINUATION, FIRST_CONTROL] = [0, 8]

/** What a device tells of itself; `line` for people. */
export type Say = (line: string) => void

type State = 'answer' | 'frames' | 'refused'

/**
 * What a BK7258 hears of its server's bytes: nothing that comes in one piece with the end of the upgrade's answer, no message
 * over its buffer, none in fragments. What is lost is told.
 */
export class FirmwareRules {
  readonly #say: Say
  #state: State = 'answer'
  /** An answer, or a frame's header, that has not come whole. */
  #partial: Buffer = Buffer.alloc(0)
  /** Of the frame that is being heard or lost. */
  #payloadLeft = 0
  #deaf = false

  constructor(say: Say) {
    this.#say = say
  }

  /**
   * @param chunk what one read of the socket brought
   * @returns what the firmware hears of it
   * @throws SpeechError `network` when the answer to the upgrade is over 1600 bytes
   */
  take(chunk: Buffer): Buffer[] {
    if (this.#state === 'refused') return [chunk]
    const bytes = Buffer.concat([this.#partial, chunk])
    return this.#state === 'answer' ? this.#answer(bytes) : this.#frames(bytes)
  }

  #answer(bytes: Buffer): Buffer[] {
    const known = Math.min(bytes.length, UPGRADED.length)
    if (bytes.compare(UPGRADED, 0, known, 0, known) !== 0) {
      this.#state = 'refused'
      return [bytes]
    }
    const end = bytes.indexOf(ANSWER_END)
    const length = end < 0 ? bytes.length : end + ANSWER_END.length
    if (length > ANSWER_BYTES) {
      throw new SpeechError(
        'network',
        `the answer to the upgrade is over the firmware's ${ANSWER_BYTES} bytes`,
      )
    }
    if (end < 0) {
      this.#partial = bytes
      return []
    }
    this.#state = 'frames'
    this.#partial = Buffer.alloc(0)
    const lost = bytes.length - length
    if (lost > 0) this.#say(`${lost} bytes right behind the upgrade: the firmware would lose them`)
    return [bytes.subarray(0, length)]
  }

  #frames(bytes: Buffer): Buffer[] {
    const heard: Buffer[] = []
    let at = 0
    while (at < bytes.length) {
      if (this.#payloadLeft === 0) {
        const header = readHeader(bytes.subarray(at))
        if (header === undefined) break
        this.#deaf = this.#loses(header)
        this.#payloadLeft = header.payloadBytes
        if (!this.#deaf) heard.push(bytes.subarray(at, at + header.bytes))
        at += header.bytes
      }
      const part = bytes.subarray(at, at + this.#payloadLeft)
      this.#payloadLeft -= part.length
      at += part.length
      if (!this.#deaf && part.length > 0) heard.push(part)
    }
    this.#partial = bytes.subarray(at)
    return heard
  }

  #loses({ opcode, final, payloadBytes }: Header): boolean {
    if (opcode >= FIRST_CONTROL) return false
    if (!final || opcode === CONTINUATION) {
      this.#say(`a fragment of ${payloadBytes} bytes: the firmware would lose it`)
      return true
    }
    if (payloadBytes <= DEVICE_REPLY_BYTES) return false
    this.#say(`a reply of ${payloadBytes} bytes: the firmware would lose it`)
    return true
  }
}

interface Header {
  readonly opcode: number
  readonly final: boolean
  readonly bytes: number
  readonly payloadBytes: number
}

/** @returns undefined while it is not whole */
function readHeader(bytes: Buffer): Header | undefined {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return undefined
  const short = second & 0x7f
  const length = short === 127 ? 8 : short === 126 ? 2 : 0
  // A server does not mask; one that does is refused by the socket above, and its mask has to reach that.
  const header = 2 + length + (second & 0x80 ? 4 : 0)
  if (bytes.length < header) return undefined
  const payloadBytes =
    length === 0 ? short : length === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, bytes: header, payloadBytes }
}
