import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AcousticModel } from '@sensevoice-web/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelFolder } from '../../test-data/workspace.ts'
import { OipStandIn } from '../test-data/oip-stand-in.ts'
import { SMALL_FACTS, SMALL_PARAMETERS, smallModel } from '../test-data/served-small-model.ts'

const run = promisify(execFile)
const BUILT = join(import.meta.dirname, '../../../dist/index.js')
const folder = modelFolder()
const certificate = join(folder.folder, 'cert.pem')
let model: AcousticModel
let server: OipStandIn

beforeAll(async () => {
  const key = join(folder.folder, 'key.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['-newkey', 'rsa:2048', '-nodes', '-x509', '-days', '2', '-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'ignore' })
  model = await smallModel()
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(certificate, 'utf8') }
  server = await OipStandIn.start({ model, facts: SMALL_FACTS, parameters: SMALL_PARAMETERS, tls })
})
afterAll(async () => {
  server.kill()
  await model.dispose()
  folder.remove()
})

/** The built package in a process of its own, which recognizes a second of silence: what Node trusts is settled when it starts. */
async function recognizeOver(endpoint: string, env: Readonly<Record<string, string>>): Promise<string> {
  const script = `
    import { createTritonRecognizer } from ${JSON.stringify(BUILT)}
    const options = { modelDir: ${JSON.stringify(folder.folder)}, endpoints: [${JSON.stringify(endpoint)}] }
    try {
      const recognizer = await createTritonRecognizer(options)
      const result = await recognizer.recognize({ id: 7, samples: new Float32Array(16000), startSamples: 0 })
      console.log('segment', result.segmentId, JSON.stringify(recognizer.counters.endpoints[0].answered))
      await recognizer.dispose()
    } catch (error) {
      console.log(error.code, error.message)
    }`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...env },
  })
  return stdout.trim()
}

test.each(['http', 'grpc'] as const)(
  'over %s: speaks TLS, and trusts what Node trusts and nothing else',
  async (side) => {
    const endpoint = server[side].replace('127.0.0.1', 'localhost')
    expect(endpoint).toMatch(/^(https|grpcs):/)
    expect(await recognizeOver(endpoint, { NODE_EXTRA_CA_CERTS: certificate })).toBe('segment 7 1')
    expect(await recognizeOver(endpoint, {})).toMatch(/^network .*self-signed certificate/)
  },
)
