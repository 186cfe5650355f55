import { performance } from 'node:perf_hooks'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import { expect, test } from 'vitest'
import { Device, hex, samplesOf } from '../../test-data/companion-rig.ts'
import { ConnectionRig } from '../../test-data/connection-rig.ts'

test('the latency of a device’s message counts what it waits behind those before it', async () => {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const rig = await ConnectionRig.start(async (segment) => {
    await released
    return scriptedResult('x', segment)
  })
  const device = await new Device('/ws/a', rig).open()
  const message = JSON.stringify({ audio: hex(samplesOf('en-three-one-four')) })
  device.socket.send(message)
  device.socket.send(message)
  await expect.poll(() => rig.connections[0]?.backlog.messages, { timeout: 10_000 }).toBe(2)
  const bothHereMs = performance.now()
  await new Promise((resolve) => setTimeout(resolve, 200))
  const heldMs = performance.now() - bothHereMs
  release()
  // The second one is recognized at once, when its turn comes.
  for (const reply of [await device.next(), await device.next()]) {
    expect(JSON.parse(reply).latency_ms).toBeGreaterThanOrEqual(Math.floor(heldMs))
  }
  device.socket.terminate()
  await rig.stop()
})
