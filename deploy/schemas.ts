import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { textOf } from './read-files.ts'

// Both descriptions have formats and keywords of their own.
const LOOSE = { strict: false, validateFormats: false, allErrors: true }

const compose = new Ajv2020(LOOSE).compile(JSON.parse(textOf('deploy/schemas/compose-spec.json')))
const { kinds, ...schema } = JSON.parse(textOf('deploy/schemas/kubernetes.json')) as {
  kinds: Record<string, string>
}
const kubernetes = new Ajv(LOOSE).addSchema(schema)

interface Faults {
  readonly errors?: null | readonly { instancePath: string; message?: string; params: object }[]
}
const told = ({ errors }: Faults) =>
  (errors ?? []).map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)

/** What is wrong with a compose file; empty when nothing is. */
export function composeFaults(file: unknown): string[] {
  return compose(file) ? [] : told(compose)
}

/** What is wrong with one document for Kubernetes, names that it does not know included. */
export function kubernetesFaults(document: { readonly kind: string }): string[] {
  const place = kinds[document.kind]
  const validate = place === undefined ? undefined : kubernetes.getSchema(`kubernetes.json${place}`)
  if (validate === undefined) return [`no schema of ${document.kind}`]
  return validate(document) === true ? [] : told(validate)
}
