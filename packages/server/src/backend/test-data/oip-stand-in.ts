import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import {
  Server as GrpcServer,
  type Metadata,
  ServerCredentials,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import type { AcousticModel, LanguageChoice } from '@sensevoice-web/engine'
import type { ModelFacts } from '@sensevoice-web/onnx'
import { oipService } from '../oip/grpc-service.ts'
import {
  outputsOf,
  type Question,
  questionOfGrpc,
  questionOfHttp,
  rawOf,
  type StandInOutput,
  wrapped,
} from './stand-in-messages.ts'

/** What goes wrong with one inference; without a fault it is answered well. */
export type StandInFault =
  | { readonly type: 'overload'; readonly retryAfter?: string }
  | { readonly type: 'refuse' }
  | { readonly type: 'fail' }
  /** Never answered. */
  | { readonly type: 'stall' }
  /** The connection breaks in the middle of the answer. */
  | { readonly type: 'cut' }
  /** The connection breaks before any of it. */
  | { readonly type: 'drop' }
  /** Values written out, not raw: as KServe's own server answers. */
  | { readonly type: 'written-out' }
  | { readonly type: 'late'; readonly ms: number }
  /** An answer with something wrong in it. */
  | { readonly type: 'change'; readonly change: (outputs: StandInOutput[]) => StandInOutput[] }
  | { readonly type: 'page' }

export interface StandInParts {
  /** Answers, as the served model would. */
  readonly model: AcousticModel
  readonly facts: ModelFacts
  /** Of the model's configuration. */
  readonly parameters: Readonly<Record<string, string>>
  /** Both sides over TLS, in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** A server of the Open Inference Protocol on real sockets, by HTTP and by gRPC, over a model in this process; each inference takes the next fault. */
export class OipStandIn {
  readonly #parts: StandInParts
  readonly #http: HttpServer
  readonly #grpc: GrpcServer
  readonly #sockets = new Set<Socket>()
  #grpcPort = 0
  #httpPort = 0
  readonly faults: StandInFault[] = []
  /** For every inference that has none of its own. */
  lasting: StandInFault | undefined
  /** 404 for Triton's own configuration: the parameters stand in the metadata. */
  withoutConfig = false
  live = true
  ready = true
  modelReady = true
  parameters: Readonly<Record<string, string>>
  /** Inferences that came in, probes among them. */
  asked = 0
  readonly seenHeaders: (string | undefined)[] = []

  private constructor(parts: StandInParts) {
    this.#parts = parts
    this.parameters = parts.parameters
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response)
    this.#http = parts.tls === undefined ? createServer(answer) : createSecureServer(parts.tls, answer)
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#grpc = new GrpcServer()
    this.#grpc.addService(oipService() as unknown as ServiceDefinition, this.#handlers())
  }

  static async start(parts: StandInParts): Promise<OipStandIn> {
    const standIn = new OipStandIn(parts)
    await standIn.listen(0)
    const { tls } = parts
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [
            { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) },
          ])
    standIn.#grpcPort = await new Promise<number>((resolve, reject) => {
      standIn.#grpc.bindAsync('127.0.0.1:0', credentials, (error, port) =>
        error === null ? resolve(port) : reject(error),
      )
    })
    return standIn
  }

  /** Of the HTTP side, also after `kill`. */
  get port(): number {
    return this.#httpPort
  }

  get http(): string {
    return `http${this.#parts.tls === undefined ? '' : 's'}://127.0.0.1:${this.port}`
  }

  get grpc(): string {
    return `grpc${this.#parts.tls === undefined ? '' : 's'}://127.0.0.1:${this.#grpcPort}`
  }

  /** Opens the HTTP side, again after `kill`. */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(port, '127.0.0.1', resolve))
    this.#httpPort = (this.#http.address() as AddressInfo).port
  }

  /** As by kill -9: every connection breaks, none is accepted any more. */
  kill(): void {
    this.#http.close()
    for (const socket of this.#sockets) socket.destroy()
    this.#grpc.forceShutdown()
  }

  async #infer({ features, frames, language, textNorm }: Question): Promise<StandInOutput[]> {
    const { facts, model } = this.#parts
    const names = Object.entries(facts.ids.languages)
    const name = names.find(([, row]) => row === language)?.[0] as LanguageChoice
    const dimension = features.length / frames
    const prompt = { language: name, withItn: textNorm === facts.ids.withItn }
    const output = await model.infer({ data: features, frames, dimension }, prompt)
    return outputsOf(output)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    this.seenHeaders.push(request.headers.authorization)
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const send = (code: number, body: unknown) =>
      void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    switch (pathname) {
      case '/v2/health/live':
        return send(this.live ? 200 : 400, {})
      case '/v2/health/ready':
        return send(this.ready ? 200 : 400, {})
      case '/v2/models/sensevoice/versions/1/ready':
        return send(this.modelReady ? 200 : 400, {})
      case '/v2/models/sensevoice/versions/1/config':
        return this.withoutConfig
          ? send(404, { error: 'no such path' })
          : send(200, { parameters: wrapped(this.parameters) })
      case '/v2/models/sensevoice/versions/1':
        return send(200, { name: 'sensevoice', properties: this.parameters })
      case '/v2/models/sensevoice/versions/1/infer':
        return await this.#inferHttp(request, response, Buffer.concat(pieces))
      default:
        return send(404, { error: 'no such path' })
    }
  }

  async #inferHttp(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const fault = this.#nextFault()
    const fail = (code: number, error: string, headers: Record<string, string> = {}) =>
      void response
        .writeHead(code, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ error }))
    switch (fault?.type) {
      case 'overload':
        return fail(
          503,
          'Exceeds maximum queue size',
          fault.retryAfter ? { 'retry-after': fault.retryAfter } : {},
        )
      case 'refuse':
        return fail(400, 'unexpected shape for input')
      case 'fail':
        return fail(500, 'the model threw')
      case 'drop':
        return void response.socket?.destroy()
      case 'page':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Sign in</title>')
      case 'stall':
        return
    }
    const headerBytes = Number(request.headers['inference-header-content-length'])
    let outputs = await this.#infer(questionOfHttp(body, headerBytes))
    if (fault?.type === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    if (fault?.type === 'change') outputs = fault.change(outputs)
    const written = fault?.type === 'written-out'
    const header = Buffer.from(
      JSON.stringify({
        model_name: 'sensevoice',
        model_version: '1',
        outputs: outputs.map(({ data, ...head }) => ({
          ...head,
          ...(written ? { data: [...data] } : { parameters: { binary_data_size: data.byteLength } }),
        })),
      }),
    )
    const answer = written ? header : Buffer.concat([header, ...outputs.map(rawOf)])
    response.writeHead(200, {
      'content-length': answer.length,
      ...(written ? {} : { 'inference-header-content-length': String(header.length) }),
    })
    if (fault?.type !== 'cut') return void response.end(answer)
    response.write(answer.subarray(0, header.length + 3), () =>
      setTimeout(() => response.socket?.destroy(), 5),
    )
  }

  #nextFault(): StandInFault | undefined {
    this.asked += 1
    return this.faults.shift() ?? this.lasting
  }

  #handlers() {
    return {
      ServerLive: this.#says(() => ({ live: this.live })),
      ServerReady: this.#says(() => ({ ready: this.ready })),
      ModelReady: this.#says(() => ({ ready: this.modelReady })),
      ModelMetadata: this.#says(() => ({ properties: this.parameters })),
      ModelConfig: this.#says(() => {
        if (this.withoutConfig) throw { code: status.UNIMPLEMENTED, details: 'no such method' }
        return { config: { parameters: wrapped(this.parameters) } }
      }),
      ModelInfer: this.#says((message) => this.#inferGrpc(message)),
    }
  }

  /** A unary handler; `undefined` is never answered. */
  #says(answer: (message: object) => object | undefined | Promise<object | undefined>) {
    return async (
      call: { request: object; metadata: Metadata },
      callback: (error: object | null, value?: object) => void,
    ): Promise<void> => {
      this.seenHeaders.push(call.metadata.get('authorization')[0]?.toString())
      try {
        const value = await answer(call.request)
        if (value !== undefined) callback(null, value)
      } catch (error) {
        callback(error as object)
      }
    }
  }

  async #inferGrpc(message: object): Promise<object | undefined> {
    const fault = this.#nextFault()
    switch (fault?.type) {
      case 'overload':
        throw { code: status.UNAVAILABLE, details: 'Exceeds maximum queue size' }
      case 'refuse':
        throw { code: status.INVALID_ARGUMENT, details: 'unexpected shape for input' }
      case 'fail':
        throw { code: status.INTERNAL, details: 'the model threw' }
      case 'drop':
      case 'cut':
        this.#grpc.forceShutdown()
        return undefined
      case 'stall':
        return undefined
    }
    let outputs = await this.#infer(questionOfGrpc(message))
    if (fault?.type === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms))
    if (fault?.type === 'change') outputs = fault.change(outputs)
    const written = fault?.type === 'written-out'
    return {
      model_version: '1',
      outputs: outputs.map(({ data, ...head }) => ({
        ...head,
        ...(written
          ? {
              contents:
                data instanceof Float32Array ? { fp32_contents: [...data] } : { int_contents: [...data] },
            }
          : {}),
      })),
      raw_output_contents: written ? [] : outputs.map(rawOf),
    }
  }
}
