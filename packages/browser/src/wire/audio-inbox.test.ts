import { afterEach, describe, expect, it } from 'vitest'
import { AudioInbox } from './audio-inbox.ts'
import type { AudioPortReply } from './audio-port.ts'

const opened: MessagePort[] = []
afterEach(() => {
  for (const port of opened.splice(0)) port.close()
})

function open() {
  const { port1, port2 } = new MessageChannel()
  opened.push(port1, port2)
  const asked: AudioPortReply[] = []
  port2.onmessage = ({ data }: MessageEvent<AudioPortReply>) => asked.push(data)
  const send = (startFrame: number) =>
    port2.postMessage({ type: 'audio', samples: new Float32Array(10), length: 10, startFrame })
  return { inbox: new AudioInbox(port1), far: port2, asked, send }
}

/** As a slow VAD does. */
function blockThread(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('AudioInbox', () => {
  it('takes in everything sent before the end, however long this thread was held up', async () => {
    const { inbox, far, send } = open()
    inbox.flush()
    for (let i = 0; i < 5; i += 1) send(i * 10)
    blockThread(700)
    const items = [await inbox.next(), await inbox.next(), await inbox.next()]
    blockThread(700)
    items.push(await inbox.next(), await inbox.next())
    far.postMessage({ type: 'end' })
    expect(items.map((item) => item.type)).toEqual(Array(5).fill('audio'))
    expect((await inbox.next()).type).toBe('end')
  })

  it('gives up on a sender that never answers', async () => {
    const { inbox, asked } = open()
    inbox.flush()
    expect((await inbox.next()).type).toBe('end')
    expect(asked).toEqual([{ type: 'flush' }])
  })

  it('tells how much was lost between two messages, and runs commands in their turn', async () => {
    const { inbox, send } = open()
    send(100)
    send(110)
    send(150)
    const lost: number[] = []
    for (let i = 0; i < 3; i += 1) {
      const item = await inbox.next()
      if (item.type === 'audio') lost.push(item.lostFrames)
    }
    expect(lost).toEqual([0, 0, 30])
    const answer = inbox.command(async () => 'done')
    const item = await inbox.next()
    if (item.type === 'command') await item.run()
    expect(await answer).toBe('done')
  })
})
