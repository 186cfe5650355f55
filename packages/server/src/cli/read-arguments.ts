import { parseArgs } from 'node:util'
import { LANGUAGE_CHOICES, type LanguageChoice } from '@sensevoice-web/engine'
import { type ModelCommandLine, readModelArguments } from './read-model-arguments.ts'

export type OutputFormat = 'text' | 'json' | 'srt' | 'vtt'

export interface AnalyzeArguments {
  readonly files: readonly string[]
  readonly format: OutputFormat
  /** Folder or name of a stored model. Absent: the embedded model. */
  readonly modelDir?: string
  readonly language: LanguageChoice
  readonly withItn: boolean
  readonly vad: boolean
}

export type CommandLine =
  | { readonly type: 'help' }
  | { readonly type: 'version' }
  | { readonly type: 'analyze'; readonly arguments: AnalyzeArguments }
  | ModelCommandLine
  | { readonly type: 'serve' | 'token' | 'device'; readonly arguments: readonly string[] }

/** @param argv arguments behind the program's name */
export function readArguments(argv: readonly string[]): CommandLine {
  const [first, ...rest] = argv
  if (first === 'model') return readModelArguments(rest)
  // These read their own: from the environment too, and all faults at once.
  if (first === 'serve' || first === 'token' || first === 'device') return { type: first, arguments: rest }
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(argv)
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
  const { values, positionals } = parsed
  if (values.help) return { type: 'help' }
  if (values.version) return { type: 'version' }
  const [command, ...files] = positionals
  if (command === undefined) return wrong('no command was given')
  if (command !== 'analyze') return wrong(`there is no command "${command}"`)
  if (files.length === 0) return wrong('no file was given')
  const formats = (['json', 'srt', 'vtt'] as const).filter((format) => values[format])
  const [format = 'text'] = formats
  if (formats.length > 1) {
    return wrong(`only one of ${formats.map((name) => `--${name}`).join(', ')} can be written at a time`)
  }
  if ((format === 'srt' || format === 'vtt') && files.length > 1) {
    return wrong(`--${format} writes the subtitles of one file, but ${files.length} were given`)
  }
  const language = LANGUAGE_CHOICES.find((choice) => choice === values.language)
  if (language === undefined) {
    return wrong(`there is no language "${values.language}": it is one of ${LANGUAGE_CHOICES.join(', ')}`)
  }
  return {
    type: 'analyze',
    arguments: {
      files,
      format,
      ...(values.model === undefined ? {} : { modelDir: values.model }),
      language,
      withItn: !values['no-itn'],
      vad: !values['no-vad'],
    },
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: true,
    options: {
      json: { type: 'boolean', default: false },
      srt: { type: 'boolean', default: false },
      vtt: { type: 'boolean', default: false },
      model: { type: 'string' },
      language: { type: 'string', default: 'auto' },
      'no-itn': { type: 'boolean', default: false },
      'no-vad': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      version: { type: 'boolean', short: 'v', default: false },
    },
  })
}

function wrong(message: string): CommandLine {
  return { type: 'wrong', message }
}
