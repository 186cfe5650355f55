import { SpeechError, toSpeechError } from '@sensevoice-web/engine'
import { type WantedModel, wantedByAddress } from '@sensevoice-web/onnx'
import { verifyPrepared } from '../prepare/verify-prepared.ts'
import { withModelFolder } from '../store/model-folder.ts'
import { nodeStore } from '../store/node-store.ts'
import { inspectCommand } from './inspect-command.ts'
import { prepareCommand } from './prepare-command.ts'
import { ProgressLine } from './progress-line.ts'
import type { ModelArguments } from './read-model-arguments.ts'
import { tellModel } from './tell-model.ts'
import { megabytes, type Streams, told } from './told.ts'

const INTERRUPTED = 130
/** A load takes two seconds; whoever needs a model longer is told instead of waited for. */
const REMOVE_PATIENCE_MS = 5000

/**
 * `sensevoice model …`
 *
 * @returns the exit status: 0, 1 when it could not be done, 130 when `signal` ended it
 */
export async function modelCommand(
  options: ModelArguments,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  try {
    return await COMMANDS[options.command](options as never, streams, signal)
  } catch (error) {
    if (signal.aborted) {
      const after = options.command === 'fetch' ? '; the next fetch goes on from here' : ''
      streams.error(`\nsensevoice: interrupted${after}\n`)
      return INTERRUPTED
    }
    streams.error(told('model', toSpeechError(error, 'file-unreadable')))
    return 1
  }
}

type Of<Command> = Extract<ModelArguments, { command: Command }>

const COMMANDS = {
  fetch: fetchModel,
  list,
  remove,
  verify,
  prepare: prepareCommand,
  inspect: inspectCommand,
} as const

async function fetchModel(args: Of<'fetch'>, streams: Streams, signal: AbortSignal): Promise<number> {
  const wanted = wantedModel(args)
  await tellModel(wanted, streams, signal)
  const progress = new ProgressLine(streams)
  try {
    const stored = await nodeStore().open(wanted, { signal, onProgress: (one) => progress.tell(one) })
    await stored.release()
    progress.end()
    const { sha256 } = stored.manifest.files.model
    // Nobody tells the hash of a bare address.
    const proof =
      wanted.type === 'files' ? `; its SHA-256 is ${sha256}, with nothing to prove it by` : ' and proven'
    streams.out(`${stored.key} is complete${proof}\n`)
    return 0
  } finally {
    progress.end()
  }
}

async function list({ json }: Of<'list'>, streams: Streams): Promise<number> {
  const entries = await nodeStore().list()
  if (json) {
    for (const entry of entries) streams.out(`${JSON.stringify(entry)}\n`)
    return 0
  }
  if (entries.length === 0) streams.out('(no models; sensevoice model fetch sensevoice-small)\n')
  for (const { key, name, version, state, bytes, totalBytes, license } of entries) {
    const size =
      state === 'partial' && totalBytes !== undefined
        ? `${megabytes(bytes)} of ${megabytes(totalBytes)}`
        : megabytes(bytes)
    streams.out(`${key}  ${state}, ${size}  ${name} ${version}  (${license.name})\n`)
  }
  return 0
}

async function remove({ model }: Of<'remove'>, streams: Streams, signal: AbortSignal): Promise<number> {
  const freed = await nodeStore().remove(model, { signal, patienceMs: REMOVE_PATIENCE_MS })
  if (freed === 0) throw notStored(model)
  streams.out(`${megabytes(freed)} freed\n`)
  return 0
}

async function verify({ model }: Of<'verify'>, streams: Streams, signal: AbortSignal): Promise<number> {
  const damages = await nodeStore().verify(model, { signal })
  for (const { name, fault } of damages) {
    streams.error(
      `sensevoice: ${model}: ${name} was damaged and is deleted: ${fault}\n  Fetch the model again: only that file is downloaded.\n`,
    )
  }
  if (damages.length > 0) return 1
  const prepared = await withModelFolder(model, (folder) => verifyPrepared(folder, { signal }))
  for (const { name, fault } of prepared) streams.error(`sensevoice: ${model}: ${name}: ${fault}\n`)
  if (prepared.length > 0) {
    streams.error(
      `  What was prepared of it is deleted; the published file is whole and runs meanwhile. Prepare it again: sensevoice model prepare ${model}\n`,
    )
    return 1
  }
  streams.out(`${model} is whole\n`)
  return 0
}

function wantedModel({ model, tokens, cmvn }: Of<'fetch'>): WantedModel {
  const bare = tokens === undefined && cmvn === undefined
  if (!/^https?:\/\//.test(model)) {
    if (bare) return { type: 'known', name: model }
    throw new SpeechError('invalid-argument', '--tokens and --cmvn are for a model by its address')
  }
  const wanted = wantedByAddress(model)
  if (bare) return wanted
  if (wanted.type !== 'files') {
    throw new SpeechError(
      'invalid-argument',
      '--tokens and --cmvn are for an .onnx address: a manifest names its own',
    )
  }
  return { ...wanted, tokens: tokens ?? wanted.tokens, ...(cmvn === undefined ? {} : { cmvn }) }
}

function notStored(model: string): SpeechError {
  return new SpeechError('model-not-found', `there is no model "${model}" in the store`, {
    hint: '`sensevoice model list` shows what there is.',
  })
}
