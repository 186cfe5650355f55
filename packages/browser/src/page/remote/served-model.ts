import type { ServedModelFacts } from '@sensevoice-web/protocol'
import type { ModelInfo, ModelPlace } from '../../api/outcomes.ts'

/** A server's model as users should be told of it. */
export function servedModel(facts: ServedModelFacts, host: string): ModelInfo {
  const { name, version, id = name, description = `Served by ${host}.`, notice = '', languages = [] } = facts
  const license = facts.license ?? { name: 'told by nobody', attribution: '' }
  return { id, name, version, description, notice, embedded: false, license, languages }
}

export function servedPlace(host: string): ModelPlace {
  return { kind: 'server', failures: 0, reason: `The model is on the server ${host}.` }
}
