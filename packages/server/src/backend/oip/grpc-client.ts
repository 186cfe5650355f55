import { setMaxListeners } from 'node:events'
import { createSecureContext } from 'node:tls'
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { CallScope } from './call-scope.ts'
import { grpcError } from './grpc-errors.ts'
import { inferMessage, readInferMessage } from './grpc-messages.ts'
import { type OipMethod, oipService } from './grpc-service.ts'
import { field } from './http-body.ts'
import {
  DEFAULT_MAX_ANSWER_BYTES,
  DEFAULT_MAX_REQUEST_BYTES,
  type OipAnswer,
  type OipCall,
  type OipClient,
  type OipClientOptions,
  type OipRequest,
} from './oip-client.ts'
import { OipError } from './oip-error.ts'
import { tensorBytes } from './oip-tensor.ts'

/** Bytes of a request beside its tensors, generously. */
const MESSAGE_HEAD_BYTES = 1024

export interface OipGrpcClientOptions extends OipClientOptions {
  /** TLS with the certificates that Node trusts. Default false. */
  readonly secure?: boolean
}

/** The protocol over gRPC: one HTTP/2 connection for any number of calls at once. */
export class OipGrpcClient implements OipClient {
  readonly #client: Client
  readonly #metadata = new Metadata()
  readonly #maxRequestBytes: number
  readonly #closing = new AbortController()

  /** @param address `host:port` */
  constructor(address: string, options: OipGrpcClientOptions = {}) {
    this.#maxRequestBytes = options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES
    // Every call under way listens to it.
    setMaxListeners(0, this.#closing.signal)
    for (const [name, value] of Object.entries(options.headers ?? {})) this.#metadata.set(name, value)
    // Node's own trust, as with HTTP: grpc-js would let a variable of its own replace it.
    const trust =
      options.secure === true
        ? credentials.createFromSecureContext(createSecureContext())
        : credentials.createInsecure()
    this.#client = new Client(address, trust, {
      'grpc.max_receive_message_length': options.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES,
      'grpc.max_send_message_length': this.#maxRequestBytes + MESSAGE_HEAD_BYTES,
      // A server that comes back is to be seen by the next health check, not after grpc's two minutes.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      // Retries, proxies and lookups are the pool's and the operator's choice, as with HTTP.
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      'grpc.service_config_disable_resolution': 1,
      // Two clients of one address are two endpoints' clients: one that is closed must not cut the other.
      'grpc.use_local_subchannel_pool': 1,
    })
  }

  async check(model: string, version: string, call: OipCall): Promise<void> {
    const live = await this.#ask('ServerLive', {}, call)
    if (field(live, 'live') !== true) throw new OipError('unready', 'the server is not live')
    const server = await this.#ask('ServerReady', {}, call)
    if (field(server, 'ready') !== true) throw new OipError('unready', 'the server is not ready')
    const served = await this.#ask('ModelReady', { name: model, version }, call)
    if (field(served, 'ready') === true) return
    throw new OipError('unready', `the model ${model} version ${version} is not ready`)
  }

  async parameters(model: string, version: string, call: OipCall): Promise<ReadonlyMap<string, string>> {
    const question = { name: model, version }
    try {
      const config = field(await this.#ask('ModelConfig', question, call), 'config')
      return texts(field(config, 'parameters'))
    } catch (error) {
      // A server without Triton's extension.
      if (!(error instanceof OipError) || error.kind !== 'unready') throw error
    }
    return texts(field(await this.#ask('ModelMetadata', question, call), 'properties'))
  }

  async infer(request: OipRequest, call: OipCall): Promise<OipAnswer> {
    const bytes = request.inputs.reduce((total, input) => total + tensorBytes(input).length, 0)
    if (bytes > this.#maxRequestBytes) {
      throw new OipError('refused', `the request has ${bytes} bytes, the limit is ${this.#maxRequestBytes}`)
    }
    return readInferMessage(await this.#ask('ModelInfer', inferMessage(request), call))
  }

  close(): void {
    this.#closing.abort()
    this.#client.close()
  }

  async #ask(method: OipMethod, message: object, { timeoutMs, signal }: OipCall): Promise<object> {
    const scope = new CallScope(timeoutMs, [signal, this.#closing.signal])
    try {
      if (scope.reason !== undefined) throw scope.reason
      return await this.#call(method, message, { deadline: Date.now() + timeoutMs, signal: scope.signal })
    } catch (error) {
      throw scope.reason ?? error
    } finally {
      scope.end()
    }
  }

  #call(
    method: OipMethod,
    message: object,
    { deadline, signal }: { deadline: number; signal: AbortSignal },
  ): Promise<object> {
    const { path, requestSerialize, responseDeserialize } = oipService()[method]
    return new Promise((resolve, reject) => {
      let answered = false
      const cancel = (): void => call.cancel()
      const settle = (error: ServiceError | null, answer?: object): void => {
        signal.removeEventListener('abort', cancel)
        if (error === null && answer !== undefined) resolve(answer)
        else reject(grpcError(error, answered))
      }
      const call = this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        message,
        this.#metadata,
        // The deadline travels with the call: the server drops what nobody waits for.
        { deadline },
        settle,
      )
      call.on('metadata', () => {
        answered = true
      })
      signal.addEventListener('abort', cancel)
    })
  }
}

function texts(values: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of Object.entries(values ?? {})) {
    const text: unknown = typeof value === 'string' ? value : field(value, 'string_value')
    if (typeof text === 'string') found.set(name, text)
  }
  return found
}
