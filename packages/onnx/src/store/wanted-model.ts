import { type RemoteModelManifest, SpeechError } from '@sensevoice-web/engine'
import { knownModel } from './catalogue.ts'

/** A model that is to be loaded, as people ask for it. */
export type WantedModel =
  /** By its name in the catalogue. */
  | { readonly type: 'known'; readonly name: string }
  /** By the whole address of a manifest.json. */
  | { readonly type: 'manifest'; readonly url: string }
  /** By the whole addresses of its files: a sherpa-onnx export, which carries its facts itself, or a FunASR export with its am.mvn. */
  | { readonly type: 'files'; readonly model: string; readonly tokens: string; readonly cmvn?: string }

/** How an address is meant: one that ends in `.onnx` is a model with tokens.txt beside it, any other a manifest. */
export function wantedByAddress(url: string): WantedModel {
  const { pathname } = new URL(url)
  if (!pathname.endsWith('.onnx')) return { type: 'manifest', url }
  return { type: 'files', model: url, tokens: new URL('tokens.txt', url).href }
}

/** What is stored under a source is found again by it. */
export function sourceOf(wanted: WantedModel): string {
  switch (wanted.type) {
    case 'known':
      return wanted.name
    case 'manifest':
      return wanted.url
    case 'files':
      return wanted.model
  }
}

/** @throws SpeechError `model-not-found` when there is no such model in the catalogue */
export function knownOrRefused(name: string): RemoteModelManifest {
  const known = knownModel(name)
  if (known !== undefined) return known
  throw new SpeechError('model-not-found', `there is no model called "${name}"`, {
    hint: 'Give sensevoice-small, or the address of a manifest.json or of an .onnx file with tokens.txt beside it.',
  })
}

/** What can be said of a bare model file that somebody names: hardly anything before it has come. */
export function bareManifest(
  name: string,
  from: string,
  urls: { readonly model: string; readonly tokens: string; readonly cmvn?: string },
): RemoteModelManifest {
  return {
    schema: 1,
    id: name.replace(/\.onnx$/, ''),
    name,
    version: '-',
    description: '',
    notice: '',
    license: { name: 'not stated', attribution: `not stated; the files are from ${from}` },
    languages: ['zh', 'en', 'yue', 'ja', 'ko', 'nospeech'],
    files: {
      model: { name: 'model.onnx', urls: [urls.model] },
      tokens: { name: 'tokens.txt', urls: [urls.tokens] },
      ...(urls.cmvn === undefined ? {} : { cmvn: { name: 'am.mvn', urls: [urls.cmvn] } }),
    },
  }
}
