import { SpeechError } from '../errors.ts'
import { FaultList, type ObjectReader } from './fault-list.ts'
import type {
  FrontEndFacts,
  ModelFile,
  ModelManifest,
  PromptIds,
  RemoteModelFile,
  RemoteModelManifest,
} from './manifest.ts'
import { LANGUAGES } from './tags.ts'

const LANGUAGE_PROMPTS = ['auto', ...LANGUAGES] as const

/**
 * Checks a parsed manifest.json.
 *
 * @param json what `JSON.parse` returned
 * @throws SpeechError `model-corrupt` naming every fault by its path in the manifest
 */
export function readManifest(json: unknown): ModelManifest {
  const faults = new FaultList()
  const root = faults.object(json, '')
  const files = root.object('files')
  const manifest: ModelManifest = {
    ...description(root),
    embedded: root.flag('embedded'),
    files: { model: modelFile(files.object('model')), tokens: modelFile(files.object('tokens')) },
    ...facts(root),
  }
  refuseFaults(faults)
  return manifest
}

/**
 * Checks a parsed manifest.json that lies at an address. Beside what `readManifest` takes, a file may have `urls` (mirrors; relative ones are
 * taken from the manifest's own address), and `flavour`, `vocabularySize`, `frontend` and `ids` may all be left out where the ONNX file
 * carries them itself.
 *
 * @param json what `JSON.parse` returned
 * @param resolve turns a relative address into a whole one
 * @throws SpeechError `model-corrupt` naming every fault by its path in the manifest
 */
export function readRemoteManifest(json: unknown, resolve: (address: string) => string): RemoteModelManifest {
  const faults = new FaultList()
  const root = faults.object(json, '')
  const files = root.object('files')
  const hasFacts = FACTS.some((name) => root.has(name))
  const manifest: RemoteModelManifest = {
    ...description(root),
    files: {
      model: remoteFile(files.object('model'), resolve),
      tokens: remoteFile(files.object('tokens'), resolve),
    },
    ...(hasFacts ? { facts: facts(root) } : {}),
  }
  if (manifest.files.model.name === manifest.files.tokens.name) {
    faults.add('files.tokens.path', 'must have another file name than the model')
  }
  refuseFaults(faults)
  return manifest
}

const FACTS = ['flavour', 'vocabularySize', 'frontend', 'ids'] as const

function description(root: ObjectReader) {
  if (root.number('schema') !== 1) root.fault('schema', 'must be 1, the only one this version reads')
  const license = root.object('license')
  const spdx = license.optionalText('spdx')
  const url = license.optionalText('url')
  return {
    schema: 1,
    id: root.text('id'),
    name: root.text('name'),
    version: root.text('version'),
    description: root.text('description', { mayBeEmpty: true }),
    notice: root.text('notice', { mayBeEmpty: true }),
    license: {
      name: license.text('name'),
      ...(spdx === undefined ? {} : { spdx }),
      ...(url === undefined ? {} : { url }),
      attribution: license.text('attribution'),
    },
    languages: root.list('languages', LANGUAGES),
  } as const
}

function facts(root: ObjectReader) {
  return {
    flavour: root.oneOf('flavour', ['sherpa', 'funasr']),
    vocabularySize: root.count('vocabularySize', 1),
    frontend: frontEndFacts(root.object('frontend')),
    ids: promptIds(root.object('ids')),
  }
}

function refuseFaults({ faults }: FaultList): void {
  if (faults.length === 0) return
  throw new SpeechError('model-corrupt', `model manifest: ${faults.join('; ')}`, {
    hint: "Use the manifest.json that comes with the model, or make one with the project's model tools.",
  })
}

function remoteFile(file: ObjectReader, resolve: (address: string) => string): RemoteModelFile {
  const { path, bytes, sha256 } = modelFile(file)
  const name = path.split('/').at(-1) ?? ''
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) {
    file.fault('path', 'must end in a file name of letters, digits, ".", "_" and "-"')
  }
  // The store's own records have such names.
  if (name.endsWith('.json') && !name.startsWith('tokens')) file.fault('path', 'must not end in .json')
  const addresses = file.has('urls') ? file.texts('urls') : [path]
  const urls = addresses.flatMap((address) => {
    try {
      return [resolve(address)]
    } catch {
      file.fault('urls', `has "${address}", which is no address`)
      return []
    }
  })
  return { name, urls, bytes, sha256 }
}

function modelFile(file: ObjectReader): ModelFile {
  const sha256 = file.text('sha256')
  if (sha256 !== '' && !/^[0-9a-f]{64}$/.test(sha256)) {
    file.fault('sha256', 'must be 64 lower-case hexadecimal digits')
  }
  return { path: file.text('path'), bytes: file.count('bytes', 1), sha256 }
}

function frontEndFacts(facts: ObjectReader): FrontEndFacts {
  const melBins = facts.count('melBins', 1)
  const lfrWindowSize = facts.count('lfrWindowSize', 1)
  const dimension = melBins * lfrWindowSize
  return {
    sampleRate: facts.count('sampleRate', 1),
    melBins,
    frameLengthMs: facts.count('frameLengthMs', 1),
    frameShiftMs: facts.count('frameShiftMs', 1),
    lfrWindowSize,
    lfrWindowShift: facts.count('lfrWindowShift', 1),
    normalizeSamples: facts.flag('normalizeSamples'),
    negMean: facts.numbers('negMean', dimension),
    invStddev: facts.numbers('invStddev', dimension),
  }
}

function promptIds(ids: ObjectReader): PromptIds {
  const prompts = ids.object('languages')
  const languages: Partial<Record<(typeof LANGUAGE_PROMPTS)[number], number>> = {}
  for (const name of LANGUAGE_PROMPTS) {
    if (name === 'auto' || prompts.has(name)) languages[name] = prompts.count(name, 0)
  }
  return {
    blank: ids.count('blank', 0),
    languages,
    withItn: ids.count('withItn', 0),
    withoutItn: ids.count('withoutItn', 0),
  }
}
