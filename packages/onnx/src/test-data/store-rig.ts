import { createHash } from 'node:crypto'
import { SpeechError } from '@sensevoice-web/engine'
import { MemoryStorage } from '../store/memory-storage.ts'
import { ModelStore } from '../store/model-store.ts'
import type { StoreFolder } from '../store/store-folder.ts'
import type { ModelStoreParts } from '../store/store-parts.ts'
import { type Fault, FaultServer } from './fault-server.ts'
import { SMALL_TOKENS, smallManifest, smallSherpaModel } from './small-model.ts'

export const MODEL = smallSherpaModel()
export const TOKENS = new TextEncoder().encode(SMALL_TOKENS)

export const byManifest = (url: string) => ({ type: 'manifest', url }) as const

export interface Hosted {
  readonly manifest?: unknown
  readonly model?: Uint8Array
  readonly tokens?: Uint8Array
  readonly modelFaults?: readonly Fault[]
  readonly manifestFaults?: readonly Fault[]
}

/** A real server of models, and stores that fetch from it. */
export class StoreRig {
  readonly server: FaultServer
  #place = 0

  private constructor(server: FaultServer) {
    this.server = server
  }

  static async start(): Promise<StoreRig> {
    return new StoreRig(await FaultServer.start())
  }

  /** For the next test: other addresses, no requests yet. */
  next(): void {
    this.#place += 1
    this.server.requests.length = 0
  }

  store(changes: Partial<ModelStoreParts> & Pick<ModelStoreParts, 'storage'>): ModelStore {
    const createHasher = async () => {
      const hash = createHash('sha256')
      return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex') }
    }
    return new ModelStore({ fetch, createHasher, stallMs: 5000, wait: async () => {}, ...changes })
  }

  /** Of a file in this test's place. */
  url(name: string): string {
    return this.server.url(`/${this.#place}/${name}`)
  }

  /** Hosts a file in this test's place. @returns its address */
  put(name: string, contents: Uint8Array | string, faults?: readonly Fault[]): string {
    const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents
    return this.server.put(`/${this.#place}/${name}`, bytes, faults)
  }

  /** Hosts a model. @returns the address of its manifest */
  host({ model = MODEL, tokens = TOKENS, ...more }: Hosted = {}): string {
    this.put('model.int8.onnx', model, more.modelFaults)
    this.put('tokens.txt', tokens)
    const manifest = more.manifest ?? smallManifest(model, 'sherpa')
    return this.put('manifest.json', JSON.stringify(manifest), more.manifestFaults)
  }

  /** Names of the files that were asked for so far, in order; forgets them. */
  asked(): readonly string[] {
    return this.server.requests.splice(0).map(({ path }) => path.split('/').at(-1) ?? '')
  }
}

/** A storage some of whose reads fail, and which has little room. */
export class FailingStorage extends MemoryStorage {
  /** The reads of a file that fail, counted from 0 on. */
  readonly failing = new Map<string, readonly number[]>()
  readonly #reads = new Map<string, number>()
  free: number | undefined

  /** Its next reads fail as told. */
  fail(file: string, reads: readonly number[]): void {
    this.#reads.set(file, 0)
    this.failing.set(file, reads)
  }

  override folder(name: string): StoreFolder {
    const folder = super.folder(name)
    const { open } = Object.getPrototypeOf(folder) as StoreFolder
    folder.open = async (file) => {
      const source = await open.call(folder, file)
      return source && { ...source, read: (at, length) => this.#read(file, () => source.read(at, length)) }
    }
    return folder
  }

  override async freeBytes() {
    return this.free as undefined
  }

  async #read(file: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const count = this.#reads.get(file) ?? 0
    this.#reads.set(file, count + 1)
    if (this.failing.get(file)?.includes(count)) {
      throw new SpeechError('file-unreadable', `${file} cannot be used (EMFILE)`)
    }
    return await read()
  }
}
