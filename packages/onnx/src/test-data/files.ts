import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { readWav } from '@sensevoice-web/engine'

const REPOSITORY = new URL('../../../../', import.meta.url)

export function repositoryFile(path: string): Uint8Array {
  return readFileSync(new URL(path, REPOSITORY))
}

export function repositoryText(path: string): string {
  return readFileSync(new URL(path, REPOSITORY), 'utf8')
}

/** A model file of the vad-web package, e.g. `silero_vad_v5`. */
export function vadModel(name: string): Uint8Array {
  const index = createRequire(import.meta.url).resolve('@ricky0123/vad-web')
  return readFileSync(new URL(`./${name}.onnx`, `file://${index}`))
}

/** A committed 16 kHz clip of models/golden. */
export function goldenClip(name: string): Float32Array {
  return readWav(repositoryFile(`models/golden/audio/${name}.wav`)).samples
}

/** Little-endian float32 values without a header. */
export function goldenValues(file: string): Float32Array {
  const bytes = repositoryFile(`models/golden/${file}`)
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

/** The project's own model. */
export function tinyModel(): { model: Uint8Array; tokens: string; manifest: unknown } {
  return {
    model: repositoryFile('models/tiny/model.int8.onnx'),
    tokens: repositoryText('models/tiny/tokens.txt'),
    manifest: JSON.parse(repositoryText('models/tiny/manifest.json')),
  }
}
