import { parseArgs } from 'node:util'

/** `sensevoice model …` */
export type ModelArguments =
  | { readonly command: 'fetch'; readonly model: string; readonly tokens?: string; readonly cmvn?: string }
  | { readonly command: 'list'; readonly json: boolean }
  | { readonly command: 'remove'; readonly model: string }
  | { readonly command: 'verify'; readonly model: string }
  | { readonly command: 'prepare'; readonly model: string }
  | { readonly command: 'inspect'; readonly model: string; readonly json: boolean }

export type ModelCommandLine =
  | { readonly type: 'help' }
  | { readonly type: 'model'; readonly arguments: ModelArguments }
  | { readonly type: 'wrong'; readonly message: string }

const OPTIONS = {
  fetch: ['tokens', 'cmvn'],
  list: ['json'],
  remove: [],
  verify: [],
  prepare: [],
  inspect: ['json'],
} as const
type Command = keyof typeof OPTIONS

/** @param argv arguments behind `model` */
export function readModelArguments(argv: readonly string[]): ModelCommandLine {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(argv)
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error))
  }
  const { values, positionals } = parsed
  if (values.help) return { type: 'help' }
  const [name, model, ...more] = positionals
  if (name === undefined) return wrong(`model is followed by one of ${Object.keys(OPTIONS).join(', ')}`)
  if (!isCommand(name)) {
    return wrong(`there is no command "model ${name}": it is one of ${Object.keys(OPTIONS).join(', ')}`)
  }
  const allowed: readonly string[] = OPTIONS[name]
  const useless = Object.keys(values).find((option) => !allowed.includes(option))
  if (useless !== undefined) return wrong(`model ${name} has no option --${useless}`)
  const { json = false, tokens, cmvn } = values
  if (name === 'list') {
    return model === undefined ? found({ command: name, json }) : wrong('model list takes no name')
  }
  if (model === undefined) return wrong(`model ${name} needs a model`)
  if (more.length > 0) return wrong(`model ${name} takes one model, but ${more.length + 1} were given`)
  switch (name) {
    case 'fetch':
      return found({
        command: name,
        model,
        ...(tokens === undefined ? {} : { tokens }),
        ...(cmvn === undefined ? {} : { cmvn }),
      })
    case 'inspect':
      return found({ command: name, model, json })
    case 'remove':
    case 'verify':
    case 'prepare':
      return found({ command: name, model })
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: true,
    options: {
      json: { type: 'boolean' },
      tokens: { type: 'string' },
      cmvn: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
}

function isCommand(name: string): name is Command {
  return Object.hasOwn(OPTIONS, name)
}

function found(args: ModelArguments): ModelCommandLine {
  return { type: 'model', arguments: args }
}

function wrong(message: string): ModelCommandLine {
  return { type: 'wrong', message }
}
