import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SMALL_TOKENS, smallManifest, smallSherpaModel } from '../../../onnx/src/test-data/small-model.ts'
import { TemporaryFolder } from '../../../onnx/src/test-data/temporary-folder.ts'

/** A folder of its own for files of a test. */
export class Workspace extends TemporaryFolder {}

export interface ModelFolderChanges {
  readonly model?: Uint8Array
  readonly tokens?: string
  /** `false` leaves the manifest out. */
  readonly manifest?: string | false
}

/** A model's folder with the small model of the contract in it; `changes` are made after its manifest was written. */
export function modelFolder(changes: ModelFolderChanges = {}): Workspace {
  const workspace = new Workspace()
  const model = smallSherpaModel()
  workspace.file('model.int8.onnx', changes.model ?? model)
  workspace.file('tokens.txt', changes.tokens ?? SMALL_TOKENS)
  if (changes.manifest !== false) {
    workspace.file('manifest.json', changes.manifest ?? JSON.stringify(smallManifest(model, 'sherpa')))
  }
  return workspace
}

export const VAD_MODEL = join(
  createRequire(import.meta.url).resolve('@ricky0123/vad-web'),
  '../silero_vad_v6.onnx',
)

/** Path of a committed clip: 16 kHz speech, or what its name says. */
export function goldenPath(name: string): string {
  return fileURLToPath(new URL(`../../../../models/golden/audio/${name}.wav`, import.meta.url))
}
