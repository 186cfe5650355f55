import type { OipAnswer, OipRequest } from '../oip/oip-client.ts'

/** What a pool has to know of the model that its endpoints serve. */
export interface ServedModel {
  /** Under which it is served. */
  readonly name: string
  readonly version: string
  /**
   * Why an endpoint that says this of its model is not to be used; `undefined` when it is the right one.
   *
   * @param parameters as the endpoint's model configuration has them
   */
  mismatch(parameters: ReadonlyMap<string, string>): string | undefined
  /** A short inference that an endpoint has to answer before requests go to it. */
  readonly probe: OipRequest
  /** @throws OipError `bad-answer` when the answer to the probe is not as it must be */
  checkProbe(answer: OipAnswer): void
}
