import { expect, test } from 'vitest'
import { Device, serveCompanion } from '../test-data/companion-rig.ts'

serveCompanion()

// The other codes of docs/protocol.md are held by the tests of what they are about.
test('text that is no UTF-8 is closed with 1007', async () => {
  const device = await new Device('/ws/a').open()
  device.socket.send(Buffer.from([0xc3, 0x28]), { binary: false })
  expect(await device.closed).toBe(1007)
})

test('a message in 16,384 fragments is answered, in one more it is closed with 1008', async () => {
  const fragments = async (count: number) => {
    const device = await new Device('/ws/b').open()
    for (let sent = 1; sent < count; sent += 1) device.socket.send('', { fin: false })
    device.socket.send('{"audio":""}', { fin: true })
    return device
  }
  expect(JSON.parse(await (await fragments(16_384)).next())).toMatchObject({ final: false })
  expect(await (await fragments(16_385)).closed).toBe(1008)
})
