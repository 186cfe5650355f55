import { SpeechError } from '@sensevoice-web/engine'
import type { ModelFilesChoice } from 'sensevoice-web'

/** Does a visitor who gives these files mean a model? */
export function holdsModel(files: readonly File[]): boolean {
  return files.some(({ name }) => /\.onnx$/i.test(name))
}

/**
 * Tells the files of a model apart by their names.
 *
 * @throws SpeechError `invalid-argument` when one is missing, or there are several of a kind
 */
export function modelFiles(files: readonly File[]): ModelFilesChoice {
  const model = only(files, /\.onnx$/i, 'model (.onnx)')
  const tokens = only(files, /\.(txt|json)$/i, 'token list (tokens.txt or tokens.json)')
  const cmvn = files.some(({ name }) => /\.mvn$/i.test(name)) ? only(files, /\.mvn$/i, 'am.mvn') : undefined
  return { model, tokens, ...(cmvn === undefined ? {} : { cmvn }) }
}

function only(files: readonly File[], kind: RegExp, what: string): File {
  const [file, more] = files.filter(({ name }) => kind.test(name))
  if (file !== undefined && more === undefined) return file
  throw new SpeechError(
    'invalid-argument',
    file === undefined ? `the model's ${what} is missing` : `there are two files that may be the ${what}`,
    {
      hint: 'Give model and token list together: model.onnx and tokens.txt (and am.mvn of a FunASR export).',
    },
  )
}
