import type { Backend } from '@sensevoice-web/server'
import type { UtteranceBackend } from '../backend.ts'
import type { Shared } from '../shared-resource.ts'
import { answerOfResult } from '../utterance-answer.ts'

/** A backend of the companion's as one of the plugin's. */
export function sharedBackend({ resource, release }: Shared<Backend>): UtteranceBackend {
  const { name, version } = resource.model
  return {
    model: version === '' ? name : `${name} ${version}`,
    recognize: async (segment, { stream, ...call }) =>
      answerOfResult(await resource.recognize(segment, { ...call, device: stream })),
    dispose: release,
  }
}
