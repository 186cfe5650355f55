import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, FaultServer } from '../../packages/onnx/src/test-data/fault-server.ts'
import { putFolder } from './put-folder.ts'

const ROOT = join(import.meta.dirname, '../../')
const DIST = join(ROOT, 'packages/browser/dist')

/** The tiny model as if it were a big one: at addresses of its own, fetched into the store. */
export const MODEL = readFileSync(join(DIST, 'models/tiny/model.int8.onnx'))
export const TOKENS = readFileSync(join(DIST, 'models/tiny/tokens.txt'))
const MANIFEST = JSON.parse(readFileSync(join(DIST, 'models/tiny/manifest.json'), 'utf8'))

export const MODEL_PATH = '/hub/model.int8.onnx'
export const MANIFEST_PATH = '/hub/manifest.json'

/** An origin of its own (and so a store of its own) that holds the built library, its test page and the model; its model fails as told. */
export async function startModelHost(): Promise<FaultServer> {
  const server = await FaultServer.start()
  putFolder(server, '/library/', DIST)
  for (const name of ['library.html', 'library.js']) {
    server.put(`/fixtures/${name}`, readFileSync(join(ROOT, 'e2e/fixtures', name)))
  }
  server.put('/audio/en-hello.wav', readFileSync(join(ROOT, 'models/golden/audio/en-hello.wav')))
  hostModel(server)
  return server
}

/** Puts the model at its address anew; its next requests fail as listed. */
export function hostModel(server: FaultServer, faults: readonly Fault[] = [], changes: object = {}): void {
  server.put(MODEL_PATH, MODEL, faults)
  server.put('/hub/tokens.txt', TOKENS)
  const manifest = { ...MANIFEST, id: 'hosted', embedded: false, ...changes }
  server.put(MANIFEST_PATH, new TextEncoder().encode(JSON.stringify(manifest)))
  server.requests.length = 0
}

/** Puts a later version at the same addresses: another file, which computes the same. */
export function hostNewerModel(server: FaultServer): void {
  // One more field of the ONNX file, the name of the program that made it.
  const newer = Buffer.concat([MODEL, Buffer.from([0x12, 1, 'e'.charCodeAt(0)])])
  const model = { ...MANIFEST.files.model, bytes: newer.length, sha256: sha256(newer) }
  hostModel(server, [], { version: 'newer', files: { ...MANIFEST.files, model } })
  server.put(MODEL_PATH, newer)
}

/** Nothing of the model can be had any more; the library's own files can. */
export function takeModelOffline(server: FaultServer): void {
  const dead = Array<Fault>(50).fill({ type: 'dead' })
  for (const path of [MODEL_PATH, MANIFEST_PATH, '/hub/tokens.txt']) server.put(path, new Uint8Array(), dead)
  server.requests.length = 0
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
