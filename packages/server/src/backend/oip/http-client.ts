import { setMaxListeners } from 'node:events'
import { CallScope } from './call-scope.ts'
import { field, HEADER_LENGTH, inferBody, parsed, readInferBody } from './http-body.ts'
import { httpStatusError, networkError } from './http-errors.ts'
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

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

interface Ask {
  readonly body?: Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

/** The protocol over HTTP with binary tensors, on Node's own fetch: it keeps connections open and needs no package. */
export class OipHttpClient implements OipClient {
  readonly #base: string
  readonly #options: OipClientOptions
  readonly #closing = new AbortController()

  /** @param url of the server, http or https, with the path under which a proxy serves it */
  constructor(url: string, options: OipClientOptions = {}) {
    this.#base = url.replace(/\/+$/, '')
    this.#options = options
    // Every call under way listens to it.
    setMaxListeners(0, this.#closing.signal)
  }

  async check(model: string, version: string, call: OipCall): Promise<void> {
    const questions = [
      ['the server is not live', '/v2/health/live'],
      ['the server is not ready', '/v2/health/ready'],
      [`the model ${model} version ${version} is not ready`, `${modelPath(model, version)}/ready`],
    ] as const
    for (const [trouble, path] of questions) {
      const { status } = await this.#ask(path, call)
      if (status !== 200) throw new OipError('unready', `${trouble} (HTTP ${status})`)
    }
  }

  async parameters(model: string, version: string, call: OipCall): Promise<ReadonlyMap<string, string>> {
    const config = await this.#ask(`${modelPath(model, version)}/config`, call)
    if (config.status === 200) return texts(field(parsed(config.body), 'parameters'))
    const metadata = await this.#ask(modelPath(model, version), call)
    if (metadata.status !== 200) throw httpStatusError(metadata)
    return texts(field(parsed(metadata.body), 'properties'))
  }

  async infer(request: OipRequest, call: OipCall): Promise<OipAnswer> {
    const { body, headerBytes } = inferBody(request)
    const limit = this.#options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES
    if (body.length > limit) {
      throw new OipError('refused', `the request has ${body.length} bytes, the limit is ${limit}`)
    }
    const reply = await this.#ask(`${modelPath(request.model, request.version)}/infer`, call, {
      body,
      headers: { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: String(headerBytes) },
    })
    if (reply.status !== 200) throw httpStatusError(reply)
    return readInferBody(reply.body, reply.headers.get(HEADER_LENGTH))
  }

  close(): void {
    this.#closing.abort()
  }

  async #ask(path: string, { timeoutMs, signal }: OipCall, { body, headers }: Ask = {}): Promise<Reply> {
    const scope = new CallScope(timeoutMs, [signal, this.#closing.signal])
    try {
      const response = await fetch(`${this.#base}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...this.#options.headers, ...headers },
        body: body ?? null,
        signal: scope.signal,
        // Nobody moves in the middle of a cluster; following would send the features somewhere else.
        redirect: 'error',
      })
      return { status: response.status, headers: response.headers, body: await this.#read(response) }
    } catch (error) {
      throw scope.reason ?? networkError(error)
    } finally {
      scope.end()
    }
  }

  async #read(response: Response): Promise<Uint8Array> {
    const limit = this.#options.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES
    const pieces: Uint8Array[] = []
    let length = 0
    // Leaving the loop early cancels the body and with it the connection.
    for await (const piece of response.body ?? []) {
      pieces.push(piece)
      length += piece.length
      if (length > limit) throw new OipError('bad-answer', `the answer is longer than ${limit} bytes`)
    }
    return Buffer.concat(pieces, length)
  }
}

function modelPath(model: string, version: string): string {
  return `/v2/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`
}

/** Triton wraps a parameter's text in an object, the protocol's own metadata does not. */
function texts(values: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (typeof values !== 'object' || values === null) return found
  for (const [name, value] of Object.entries(values)) {
    const text: unknown = typeof value === 'string' ? value : field(value, 'string_value')
    if (typeof text === 'string') found.set(name, text)
  }
  return found
}
