import { SpeechError } from '../errors.ts'
import { FaultList, type ObjectReader } from './fault-list.ts'
import type { FrontEndFacts, ModelFile, ModelManifest, PromptIds } from './manifest.ts'
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
  if (root.number('schema') !== 1) faults.add('schema', 'must be 1, the only one this version reads')
  const license = root.object('license')
  const spdx = license.optionalText('spdx')
  const url = license.optionalText('url')
  const files = root.object('files')
  const manifest: ModelManifest = {
    schema: 1,
    id: root.text('id'),
    name: root.text('name'),
    version: root.text('version'),
    description: root.text('description', { mayBeEmpty: true }),
    notice: root.text('notice', { mayBeEmpty: true }),
    embedded: root.flag('embedded'),
    license: {
      name: license.text('name'),
      ...(spdx === undefined ? {} : { spdx }),
      ...(url === undefined ? {} : { url }),
      attribution: license.text('attribution'),
    },
    languages: root.list('languages', LANGUAGES),
    flavour: root.oneOf('flavour', ['sherpa', 'funasr']),
    vocabularySize: root.count('vocabularySize', 1),
    files: { model: modelFile(files.object('model')), tokens: modelFile(files.object('tokens')) },
    frontend: frontEndFacts(root.object('frontend')),
    ids: promptIds(root.object('ids')),
  }
  if (faults.faults.length > 0) {
    throw new SpeechError('model-corrupt', `model manifest: ${faults.faults.join('; ')}`, {
      hint: "Use the manifest.json that comes with the model, or make one with the project's model tools.",
    })
  }
  return manifest
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
