import { connect, type Socket } from 'node:net'

/** A frame from the server: unmasked, and the whole of its message. */
export interface RawFrame {
  readonly opcode: number
  readonly payload: Buffer
}

export const TEXT = 1
export const CLOSE = 8
export const PING = 9
export const PONG = 10

/** A client that is nothing but a TCP socket: what it leaves out, answers to pings among it, is for the test to decide. */
export class RawPeer {
  /** Resolves when the connection is over, both ways. */
  readonly ended: Promise<void>
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #answer = Buffer.alloc(0)
  #over = false
  #wake = () => {}

  private constructor(url: string, holds: boolean) {
    const port = Number(new URL(url).port)
    this.#socket = connect({ port, host: '127.0.0.1', allowHalfOpen: holds })
    this.#socket.on('error', () => {})
    this.#socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data])
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#over = true
        this.#wake()
        resolve()
      })
    })
  }

  /**
   * Connects, and says these bytes.
   *
   * @param holds does not close its side when the server has closed its own
   */
  static connected(url: string, bytes: Buffer, holds = false): RawPeer {
    const peer = new RawPeer(url, holds)
    if (bytes.length > 0) peer.write(bytes)
    return peer
  }

  /** Behind the answer to a proper upgrade, with nothing said yet. */
  static async upgraded(url: string, holds = false): Promise<RawPeer> {
    const key = Buffer.alloc(16).toString('base64')
    const head = `GET /ws/raw HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`
    const peer = RawPeer.connected(url, Buffer.from(head), holds)
    while (!peer.#received.includes('\r\n\r\n') && !peer.#over) await peer.#news()
    peer.#answer = peer.#received
    peer.#received = peer.#answer.subarray(peer.#answer.indexOf('\r\n\r\n') + 4)
    return peer
  }

  /** To the upgrade, with what came in one piece with it. */
  get answer(): Buffer {
    return this.#answer
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** The next frame; undefined when the connection has ended before it. */
  async next(): Promise<RawFrame | undefined> {
    for (;;) {
      const frame = firstFrame(this.#received)
      if (frame !== undefined) {
        this.#received = this.#received.subarray(frame.end)
        return frame
      }
      if (this.#over) return undefined
      await this.#news()
    }
  }

  /** What comes until the server ends the connection. */
  async rest(): Promise<readonly RawFrame[]> {
    const frames: RawFrame[] = []
    for (let frame = await this.next(); frame !== undefined; frame = await this.next()) frames.push(frame)
    return frames
  }

  close(): void {
    this.#socket.destroy()
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** One frame as a client sends it, of 65535 bytes at most; its mask is zero. */
export function maskedFrame(opcode: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload)
  const first = 0x80 | opcode
  const head =
    bytes.length < 126 ? [first, 0x80 | bytes.length] : [first, 0xfe, bytes.length >> 8, bytes.length & 255]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), bytes])
}

function firstFrame(bytes: Buffer): (RawFrame & { readonly end: number }) | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1)
  const start = short < 126 ? 2 : 4
  if (bytes.length < start) return undefined
  const end = start + (short < 126 ? short : bytes.readUInt16BE(2))
  if (bytes.length < end) return undefined
  return { opcode: bytes.readUInt8(0) & 15, payload: bytes.subarray(start, end), end }
}
