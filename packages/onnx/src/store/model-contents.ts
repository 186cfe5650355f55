import { type RemoteModelManifest, SpeechError } from '@sensevoice-web/engine'
import type { ModelContents } from './complete-manifest.ts'
import { readFile, type StoreFolder } from './store-folder.ts'

/** What the files of a folder hold, once all are there. */
export async function modelContents(
  folder: StoreFolder,
  remote: RemoteModelManifest,
): Promise<ModelContents> {
  return {
    model: (await folder.open(remote.files.model.name)) ?? unreadable(),
    ...(await smallContents(folder, remote)),
  }
}

/** What all but the model itself hold. */
export async function smallContents(
  folder: StoreFolder,
  { files: { tokens, cmvn } }: RemoteModelManifest,
): Promise<Omit<ModelContents, 'model'>> {
  return { tokens: await text(folder, tokens.name), ...(cmvn && { cmvn: await text(folder, cmvn.name) }) }
}

async function text(folder: StoreFolder, name: string): Promise<string> {
  return new TextDecoder().decode((await readFile(folder, name)) ?? unreadable())
}

function unreadable(): never {
  throw new SpeechError('file-unreadable', 'the model was stored and cannot be read again')
}
