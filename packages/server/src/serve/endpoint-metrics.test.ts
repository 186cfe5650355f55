import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { OipStandIn } from '../backend/test-data/oip-stand-in.ts'
import { SMALL_FACTS, SMALL_PARAMETERS, smallModel } from '../backend/test-data/served-small-model.ts'
import { Device, hex, opened, samplesOf, start } from '../test-data/companion-rig.ts'
import { modelFolder } from '../test-data/workspace.ts'
import type { Companion } from './companion.ts'

// Port 1 is nobody's.
const DEAD = 'http://127.0.0.1:1'
const audio = hex(samplesOf('en-three-one-four'))
const folder = modelFolder()
let model: Awaited<ReturnType<typeof smallModel>>
let server: OipStandIn
let companion: Companion

beforeAll(async () => {
  model = await smallModel()
  server = await OipStandIn.start({ model, facts: SMALL_FACTS, parameters: SMALL_PARAMETERS })
  const endpoints = ['--endpoint', server.http, '--endpoint', DEAD]
  companion = await start('--backend', 'triton', ...endpoints, '--model', folder.folder, '--fallback')
})
afterAll(async () => {
  for (const device of opened.splice(0)) device.close()
  await companion.drain()
  server.kill()
  await model.dispose()
  folder.remove()
})

async function health() {
  const response = await fetch(`${companion.url}/health`)
  return { code: response.status, ...((await response.json()) as object) }
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${companion.url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length))
}

test('of two servers one is seen to be dead', async () => {
  expect(await health()).toMatchObject({ code: 200, status: 'ok', endpoints: { up: 1, of: 2 } })
  expect(await metric(`sensevoice_endpoint_up{endpoint="${server.http}"}`)).toBe(1)
  expect(await metric(`sensevoice_endpoint_up{endpoint="${DEAD}"}`)).toBe(0)
  expect(await metric('sensevoice_endpoint_retries_total')).toBe(0)
  const device = await new Device('/ws/a', companion).open()
  expect(await device.ask({ audio })).toMatchObject({ final: true })
  expect(await metric('sensevoice_fallbacks_total{kind="final"}')).toBeNaN()
})

test('retries and an open circuit are counted, and a fallback does not hide that no server is up', async () => {
  const device = await new Device('/ws/a', companion).open()
  server.lasting = { type: 'drop' }
  const asked = 3
  for (let count = 0; count < asked; count += 1) {
    expect(await device.ask({ audio })).toMatchObject({ final: true })
  }
  expect(await metric('sensevoice_endpoint_retries_total')).toBeGreaterThan(0)
  const openings = `sensevoice_endpoint_circuit_openings_total{endpoint="${server.http}"}`
  expect(await metric(openings)).toBeGreaterThan(0)
  expect(await metric('sensevoice_fallbacks_total{kind="final"}')).toBe(asked)
  expect(await health()).toMatchObject({ code: 200, status: 'ok', ready: true, endpoints: { up: 0, of: 2 } })
  server.lasting = undefined
  await vi.waitFor(async () => expect(await health()).toMatchObject({ endpoints: { up: 1, of: 2 } }), {
    timeout: 20_000,
    interval: 200,
  })
}, 30_000)
