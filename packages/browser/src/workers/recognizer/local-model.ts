import { type LoadProgress, SpeechError } from '@sensevoice-web/engine'
import { bareManifest, blobSource, completeManifest, sha256Of } from '@sensevoice-web/onnx'
import type { LocalFile, ModelLocation } from '../../wire/recognizer-api.ts'
import { wasmHasher } from '../store/wasm-hasher.ts'
import type { ModelFiles } from './opened-model.ts'

/** A model of files that the user has given: read where they are, not copied into the store. */
export async function openLocalModel(
  location: Extract<ModelLocation, { type: 'files' }>,
  onProgress: (progress: LoadProgress) => void,
): Promise<ModelFiles> {
  const [modelFile, tokensFile] = [
    await opened(location.model, 'model'),
    await opened(location.tokens, 'token list'),
  ]
  const [model, tokens] = [blobSource(modelFile), await readable('token list', () => tokensFile.text())]
  const cmvnFile = location.cmvn && (await opened(location.cmvn, 'am.mvn'))
  const cmvn = cmvnFile && (await readable('am.mvn', () => cmvnFile.text()))
  const name = 'name' in modelFile ? String(modelFile.name) : 'model.onnx'
  const remote = bareManifest(name, 'this computer', { model: name, tokens: 'tokens.txt' })
  // What it is comes first: a file of another kind is refused before it is hashed.
  const unproven = { bytes: modelFile.size, sha256: '' }
  const manifest = await readable('model', () =>
    completeManifest(remote, { model, tokens, cmvn }, { model: unproven, tokens: unproven }),
  )
  const sha256 = await readable('model', () => sha256Of(model, wasmHasher, { onProgress }))
  const files = {
    model: { path: name, bytes: modelFile.size, sha256 },
    tokens: {
      path: 'tokens.txt',
      bytes: tokensFile.size,
      sha256: await sha256Of(blobSource(tokensFile), wasmHasher),
    },
  }
  return {
    manifest: { ...manifest, files },
    model,
    tokens,
    place: { kind: 'file', failures: 0, reason: 'The model is read from the file it was opened from.' },
  }
}

async function opened(file: LocalFile, what: string): Promise<Blob> {
  return file instanceof Blob ? file : await readable(what, () => file.getFile())
}

async function readable<Value>(what: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof DOMException)) throw cause
    throw new SpeechError('file-unreadable', `the ${what} cannot be read (${cause.name})`, {
      hint: 'The file may have been moved, changed, or not be allowed to this page any more: choose it again.',
      cause,
    })
  }
}
