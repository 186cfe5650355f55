import type { OipTensor } from './oip-tensor.ts'

/** One inference of a served model. */
export interface OipRequest {
  readonly model: string
  /** As the server counts them, e.g. `1`. */
  readonly version: string
  readonly inputs: readonly OipTensor[]
  /** Names of the outputs that are wanted; the answer holds no others. */
  readonly outputs: readonly string[]
}

/** What a served model answered, by the names of its outputs. */
export interface OipAnswer {
  /** Version that answered; empty where the server does not say. */
  readonly version: string
  readonly outputs: ReadonlyMap<string, OipTensor>
}

export interface OipCall {
  /** From now until the last byte of the answer, in ms. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** A connection to one server of the Open Inference Protocol (KServe v2): Triton, KServe, OpenVINO Model Server, MLServer. */
export interface OipClient {
  /**
   * Asks whether the server is live, the server ready and the model ready, in this order.
   *
   * @throws OipError `unready` that names the first that is not; else as `infer`
   */
  check(model: string, version: string, call: OipCall): Promise<void>
  /**
   * What the server was told about the model: the `parameters` of Triton's model configuration, or the `properties` of the protocol's own
   * metadata where the server has no such configuration.
   *
   * @throws OipError as `infer`
   */
  parameters(model: string, version: string, call: OipCall): Promise<ReadonlyMap<string, string>>
  /** @throws OipError of every kind but `unready` */
  infer(request: OipRequest, call: OipCall): Promise<OipAnswer>
  /** Cuts what is under way and frees the connections. */
  close(): void
}

/** What both transports keep to. */
export interface OipClientOptions {
  /** Sent with every call, e.g. `authorization` of a cluster's gateway. */
  readonly headers?: Readonly<Record<string, string>>
  /** Longest answer that is read. Default 4 MiB: the narrow answer to 30 s of sound is some kB. */
  readonly maxAnswerBytes?: number
  /** Longest request that is sent. Default 16 MiB: features of 7 minutes of sound. */
  readonly maxRequestBytes?: number
}

export const DEFAULT_MAX_ANSWER_BYTES = 4 * 1024 * 1024
export const DEFAULT_MAX_REQUEST_BYTES = 16 * 1024 * 1024
