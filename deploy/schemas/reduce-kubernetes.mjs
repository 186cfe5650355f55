// Makes kubernetes.json of the API's own description: node reduce-kubernetes.mjs api/openapi-spec/swagger.json VERSION
// Only the kinds that are used here, without prose; and strict, so that a misspelt name is found, which the API drops in silence.
import { readFileSync, writeFileSync } from 'node:fs'

const KINDS = [
  'api.core.v1.ConfigMap',
  'api.core.v1.Namespace',
  'api.core.v1.PersistentVolumeClaim',
  'api.core.v1.Service',
  'api.apps.v1.Deployment',
  'api.apps.v1.StatefulSet',
  'api.autoscaling.v2.HorizontalPodAutoscaler',
  'api.batch.v1.Job',
  'api.networking.v1.Ingress',
  'api.networking.v1.NetworkPolicy',
  'api.policy.v1.PodDisruptionBudget',
].map((name) => `io.k8s.${name}`)
/** Forms that the description calls strings, and that YAML may write as numbers. */
const NUMBER_OR_STRING = { type: ['number', 'string'] }
const KEPT = ['type', 'required', 'enum', 'items', 'properties', 'additionalProperties', '$ref']

const [, , source, version] = process.argv
const { definitions } = JSON.parse(readFileSync(source, 'utf8'))
const reduced = {}

function keep(name) {
  if (name in reduced) return
  const definition = definitions[name]
  reduced[name] = {}
  const numeric = definition.format === 'int-or-string' || name.endsWith('.Quantity')
  reduced[name] = numeric ? NUMBER_OR_STRING : smaller(definition)
}

function smaller(schema) {
  const result = {}
  for (const key of KEPT) if (key in schema) result[key] = schema[key]
  if (result.$ref !== undefined) keep(result.$ref.split('/').at(-1))
  if (result.items !== undefined) result.items = smaller(result.items)
  if (typeof result.additionalProperties === 'object') {
    result.additionalProperties = smaller(result.additionalProperties)
  }
  if (result.properties === undefined) return result
  const properties = Object.entries(result.properties).map(([key, value]) => [key, smaller(value)])
  return { ...result, properties: Object.fromEntries(properties), additionalProperties: false }
}

for (const kind of KINDS) keep(kind)
const kinds = KINDS.map((name) => {
  const [{ group, version: api, kind }] = definitions[name]['x-kubernetes-group-version-kind']
  reduced[name].properties.apiVersion = { const: group === '' ? api : `${group}/${api}` }
  reduced[name].properties.kind = { const: kind }
  reduced[name].required = [...(reduced[name].required ?? []), 'apiVersion', 'kind', 'metadata']
  return [kind, `#/definitions/${name}`]
})
const schema = {
  $id: 'kubernetes.json',
  description: `Of Kubernetes ${version}, api/openapi-spec/swagger.json. Copyright The Kubernetes Authors, Apache-2.0.`,
  kinds: Object.fromEntries(kinds),
  definitions: reduced,
}
writeFileSync(new URL('kubernetes.json', import.meta.url), `${JSON.stringify(schema)}\n`)
