import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Instruction, type ModifiableInstruction, DockerfileParser as Parser } from 'dockerfile-ast'
import { parseAllDocuments } from 'yaml'

/** The workspace's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url))

export function textOf(path: string): string {
  return readFileSync(ROOT + path, 'utf8')
}

/** Documents of a YAML file, with its merge keys (`<<`) done. */
export function yamlOf(path: string): unknown[] {
  return parseAllDocuments(textOf(path), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors.join(', ')}`)
    return document.toJS() as unknown
  })
}

export function filesIn(folder: string): string[] {
  return readdirSync(ROOT + folder).sort()
}

export interface Step {
  readonly keyword: string
  /** What follows the keyword and its flags, lines joined. */
  readonly text: string
  readonly flags: ReadonlyMap<string, string>
}

/** A Dockerfile's stages, each with the instructions behind its FROM. */
export function stagesOf(path: string): { readonly from: string; readonly name: string; steps: Step[] }[] {
  const stages: ReturnType<typeof stagesOf> = []
  for (const instruction of Parser.parse(textOf(path)).getInstructions()) {
    const step = stepOf(instruction)
    if (step.keyword !== 'FROM') {
      stages.at(-1)?.steps.push(step)
      continue
    }
    const [from = '', , name = ''] = step.text.split(/\s+/)
    stages.push({ from, name, steps: [] })
  }
  return stages
}

function stepOf(instruction: Instruction): Step {
  const flags = 'getFlags' in instruction ? (instruction as ModifiableInstruction).getFlags() : []
  const text = (instruction.getArgumentsContent() ?? '').replace(/^(--\S+\s+)+/, '')
  const named = flags.map((flag): [string, string] => [flag.getName(), flag.getValue() ?? ''])
  return { keyword: instruction.getKeyword(), text, flags: new Map(named) }
}

/** Variables that a stage sets for what runs in it. */
export function environmentOf(steps: readonly Step[]): Record<string, string> {
  const pairs = steps
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ text }) =>
      text
        .replaceAll(/\\\r?\n/g, ' ')
        .trim()
        .split(/\s+/),
    )
  return Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]))
}

/** The words of an instruction in its exec form, such as `CMD ["serve"]`; undefined when there is none. */
export function execForm(steps: readonly Step[], keyword: string): string[] | undefined {
  const text = steps.findLast((step) => step.keyword === keyword)?.text
  return text === undefined ? undefined : (JSON.parse(text.replace(/^CMD\s+/, '')) as string[])
}
