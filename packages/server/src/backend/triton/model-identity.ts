import { createHash } from 'node:crypto'
import type { FrontEndFacts } from '@sensevoice-web/engine'

/** What tells two models apart for who has only their vocabulary and front end. SHA-256 in lower-case hex. */
export interface ModelIdentity {
  /** Of the token list's bytes. */
  readonly tokensSha256: string
  /** Of CMVN as float32, little-endian: all of negMean, then all of invStddev. */
  readonly cmvnSha256: string
}

export function modelIdentity(tokens: Uint8Array, { negMean, invStddev }: FrontEndFacts): ModelIdentity {
  const cmvn = Float32Array.from([...negMean, ...invStddev])
  return { tokensSha256: sha256(tokens), cmvnSha256: sha256(new Uint8Array(cmvn.buffer)) }
}

/**
 * Compares the parameters that the model repository was written with (`model_name`, `model_version`, `tokens_sha256`, `cmvn_sha256`) with the local
 * files. A wrong token list would turn every answer into other words without any error, so a server that does not say is refused too.
 *
 * @returns what does not fit, with the name of the served model; `undefined` when all fits
 */
export function identityMismatch(
  local: ModelIdentity,
  parameters: ReadonlyMap<string, string>,
): string | undefined {
  const served =
    `${parameters.get('model_name') ?? 'a model without a name'} ${parameters.get('model_version') ?? ''}`.trim()
  const parts = [
    ['tokens', 'tokens_sha256', local.tokensSha256],
    ['CMVN', 'cmvn_sha256', local.cmvnSha256],
  ] as const
  for (const [what, parameter, expected] of parts) {
    const told = parameters.get(parameter)
    if (told === undefined)
      return `the server does not say which ${what} ${served} has (parameter ${parameter})`
    if (told !== expected)
      return `the server has ${served}, whose ${what} are others: ${told}, here ${expected}`
  }
  return undefined
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
