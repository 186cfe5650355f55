import { performance } from 'node:perf_hooks'
import { scriptedResult } from '@sensevoice-web/engine/testing'
import { afterEach, expect, test } from 'vitest'
import { Device, hex, samplesOf } from '../../test-data/companion-rig.ts'
import { ConnectionRig, endRigs } from '../../test-data/connection-rig.ts'
import { gate } from '../../test-data/gate.ts'

afterEach(endRigs)

test('the latency of a device’s message counts what it waits behind those before it', async () => {
  const { open, opening } = gate()
  const rig = await ConnectionRig.start(async (segment) => {
    await opening
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
  open()
  // The second one is recognized at once, when its turn comes.
  for (const reply of [await device.next(), await device.next()]) {
    expect(JSON.parse(reply).latency_ms).toBeGreaterThanOrEqual(Math.floor(heldMs))
  }
})

test('of large messages no more are taken than one message may have bytes, and all are answered', async () => {
  const { open, opening } = gate()
  const backlogs: (number | undefined)[] = []
  const rig = await ConnectionRig.start(async (segment) => {
    await opening
    backlogs.push(rig.connections[0]?.backlog.messages)
    return scriptedResult('x', segment)
  })
  const device = await new Device('/ws/a', rig).open()
  // 640 kB, of 1 MiB.
  const message = JSON.stringify({ audio: hex(new Float32Array(160_000)) })
  for (let count = 0; count < 6; count += 1) device.socket.send(message)
  await expect.poll(() => rig.holdsBack, { timeout: 10_000 }).toBe(true)
  open()
  for (let count = 0; count < 6; count += 1) {
    expect(JSON.parse(await device.next())).toMatchObject({ text: 'x' })
  }
  expect(Math.max(...backlogs.map((messages) => messages ?? Number.NaN))).toBe(2)
})
