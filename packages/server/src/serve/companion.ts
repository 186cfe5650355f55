import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { type SpeechError, serializeSpeechError } from '@sensevoice-web/engine'
import type { WebSocket, WebSocketServer } from 'ws'
import type { Backend } from '../backend/backend.ts'
import { DEFAULT_VAD_MODEL } from '../model/default-models.ts'
import { VoiceProbes } from '../voice-probes.ts'
import { Admission, type Admitted, Refusal } from './admission.ts'
import type { ServeConfig } from './config.ts'
import { Connection } from './connection/connection.ts'
import { Replies } from './conversation/replies.ts'
import { ReplyMetrics } from './conversation/reply-metrics.ts'
import { createBackend } from './create-backend.ts'
import { endpointsUp } from './endpoint-metrics.ts'
import { faultAnswer, jsonAnswer } from './json-answer.ts'
import { watchLiveness } from './liveness.ts'
import { Metrics } from './metrics.ts'
import { otaAnswer } from './ota.ts'
import { PATIENCE, type Patience } from './patience.ts'
import { SessionStore } from './session/session-store.ts'
import { ConnectedDevices } from './status/connected-devices.ts'
import { StatusAccess } from './status/status-access.ts'
import { StatusRoutes } from './status/status-routes.ts'
import { createWebSockets } from './web-sockets.ts'

const RESUME_MS = 30_000
const SAME_DEVICE = 4000

/** The running companion. */
export interface Companion {
  /** `http://host:port`, or https. */
  readonly url: string
  readonly model: Backend['model']
  /** Lets nobody in any more, answers what was begun, for as long as the configuration says, and ends. */
  drain(): Promise<void>
}

/**
 * Starts the companion server: docs/protocol.md.
 *
 * @throws SpeechError when the model cannot be loaded, no endpoint is well, or the port is taken
 */
export async function startCompanion(config: ServeConfig, patience: Patience = PATIENCE): Promise<Companion> {
  // Metrics come first: the backend tells them how long segments waited.
  let backend: Backend | undefined
  const admission = new Admission(config)
  const sessions = new SessionStore(RESUME_MS, config.connections)
  const metrics = new Metrics({
    connections: () => admission.connections,
    sessions: () => sessions.size,
    waiting: () => backend?.waiting ?? 0,
    ready: () => backend?.ready === true && !admission.draining,
  })
  backend = await createBackend(config, metrics)
  const { reply } = config
  const replies = reply === undefined ? undefined : new Replies(reply, new ReplyMetrics(metrics.registry))
  const probes = new VoiceProbes(DEFAULT_VAD_MODEL)
  try {
    // A missing VAD is found now, not by the first device.
    await (await probes.take()).dispose()
    const companion = new RunningCompanion(config, patience, {
      backend,
      admission,
      sessions,
      replies,
      metrics,
      probes,
    })
    await companion.listen()
    return companion
  } catch (error) {
    await probes.dispose()
    await backend.dispose()
    throw error
  }
}

interface Parts {
  readonly backend: Backend
  readonly admission: Admission
  readonly sessions: SessionStore
  readonly replies: Replies | undefined
  readonly metrics: Metrics
  readonly probes: VoiceProbes
}

class RunningCompanion implements Companion {
  readonly #config: ServeConfig
  readonly #patience: Patience
  readonly #parts: Parts
  readonly #http: Server
  readonly #sockets: WebSocketServer
  readonly #connections = new Map<string, Connection>()
  readonly #all = new Set<Connection>()
  readonly #devices = new ConnectedDevices()
  readonly #status: StatusRoutes
  #port = 0

  constructor(config: ServeConfig, patience: Patience, parts: Parts) {
    this.#config = config
    this.#patience = patience
    this.#parts = parts
    this.#status = new StatusRoutes({
      access: new StatusAccess(config),
      devices: this.#devices,
      server: () => this.#told(),
      onSlow: () => parts.metrics.slowReader(),
    })
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      // Whoever goes away in the middle of a question takes its answer along, not the process.
      this.#answer(request, response).catch(() => response.destroy())
    }
    // Headers that never end must not hold a socket.
    const { headMs } = patience
    const options = {
      headersTimeout: headMs,
      requestTimeout: 15_000,
      connectionsCheckingInterval: headMs / 2,
      maxHeaderSize: 16_384,
    }
    this.#http =
      config.tls === undefined
        ? createServer(options, answer)
        : createTlsServer({ ...options, ...config.tls, handshakeTimeout: headMs }, answer)
    this.#sockets = createWebSockets(config.messageBytes)
    this.#http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    )
    this.#http.on('clientError', (_error, socket) => socket.destroy())
  }

  get url(): string {
    return `${this.#config.tls === undefined ? 'http' : 'https'}://${this.#config.host}:${this.#port}`
  }

  get model(): Backend['model'] {
    return this.#parts.backend.model
  }

  listen(): Promise<void> {
    const { host, port } = this.#config
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject)
        this.#port = (this.#http.address() as AddressInfo).port
        resolve()
      })
    })
  }

  async drain(): Promise<void> {
    const { admission, sessions, backend, probes } = this.#parts
    admission.draining = true
    this.#devices.goingAway()
    const answered = Promise.all([...this.#all].map((connection) => connection.drain()))
    let timer: NodeJS.Timeout | undefined
    await Promise.race([
      answered,
      new Promise((resolve) => {
        timer = setTimeout(resolve, this.#config.drainMs)
      }),
    ])
    clearTimeout(timer)
    for (const connection of this.#all) connection.close(1001, 'the server is going away')
    this.#devices.end()
    await sessions.close()
    await backend.dispose()
    await probes.dispose()
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => {})
    let admitted: Admitted
    try {
      admitted = this.#parts.admission.enter(request)
    } catch (error) {
      this.#refuse(socket, error)
      return
    }
    const leave = () => this.#parts.admission.leave(admitted)
    socket.once('close', leave)
    this.#sockets.handleUpgrade(request, socket, head, (upgraded) =>
      this.#connect(upgraded, socket, admitted),
    )
  }

  #refuse(socket: Socket, error: unknown): void {
    if (!(error instanceof Refusal)) {
      socket.destroy()
      return
    }
    this.#parts.metrics.refusal(error.status)
    const body = JSON.stringify({ error: plain(error.error) })
    const retry = error.retryAfterSeconds === undefined ? '' : `Retry-After: ${error.retryAfterSeconds}\r\n`
    // Who does not close his side would hold the socket, beyond every count and the drain.
    socket.once('finish', () => socket.destroy())
    socket.end(
      `HTTP/1.1 ${error.status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${retry}Connection: close\r\n\r\n${body}`,
    )
  }

  #connect(socket: WebSocket, wire: Socket, admitted: Admitted): void {
    const { device } = admitted
    const { backend, sessions, replies, metrics, probes } = this.#parts
    const connection = new Connection(socket, admitted, {
      backend,
      sessions,
      replies,
      takeProbe: () => probes.take(),
      unheardMs: this.#config.unheardMs,
      messageBytes: this.#config.messageBytes,
      onEvent: (_device, event) => {
        metrics.event(event)
        this.#devices.event(device, event)
      },
      onError: (error) => {
        metrics.error(error)
        this.#devices.error(device, error)
      },
      onSound: (_device, durationMs) => this.#devices.sound(device, durationMs),
      onSlow: () => metrics.slowReader(),
    })
    // The newest wins: a device that came back does not wait until its old socket is found dead.
    this.#connections.get(device)?.close(SAME_DEVICE, 'this device has connected again')
    this.#connections.set(device, connection)
    this.#all.add(connection)
    this.#devices.connected(connection)
    socket.on('message', (_data, binary) => metrics.message(binary ? 'binary' : 'text'))
    const { pingMs } = this.#patience
    const onDead = () => metrics.deadConnection()
    watchLiveness(socket, wire, connection, { pingMs, idleMs: this.#config.idleMs, onDead })
    socket.on('close', () => {
      this.#all.delete(connection)
      this.#devices.closed(connection)
      if (this.#connections.get(device) === connection) this.#connections.delete(device)
    })
  }

  /** How the server is, for whoever asks. */
  #told() {
    const { backend, admission } = this.#parts
    const ready = backend.ready && !admission.draining
    const status = admission.draining ? 'draining' : ready ? 'ok' : 'unavailable'
    const { name, version } = backend.model
    const endpoints = endpointsUp(backend)
    return { status, model: name, version, live: true, ready, backend: backend.kind, ...endpoints }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const { metrics } = this.#parts
    const told = this.#told()
    const { ready } = told
    if (/^\/status(\/|$)/.test(pathname) && (await this.#status.answer(request, response, pathname))) return
    switch (pathname) {
      case '/health':
        return jsonAnswer(response, ready ? 200 : 503, told)
      case '/xiaozhi/ota':
      case '/xiaozhi/ota/':
        request.resume()
        return jsonAnswer(response, ...otaAnswer(this.#config, request))
      case '/livez':
        return jsonAnswer(response, 200, { live: true })
      case '/readyz':
        return jsonAnswer(response, ready ? 200 : 503, { ready })
      case '/metrics':
        response.writeHead(200, { 'Content-Type': metrics.registry.contentType })
        response.end(await metrics.registry.metrics())
        return
      default:
        return faultAnswer(
          response,
          404,
          'there are /ws/DEVICE, /xiaozhi/ota/, /health, /livez, /readyz and /metrics',
        )
    }
  }
}

function plain(error: SpeechError) {
  const { stack: _stack, cause: _cause, ...rest } = serializeSpeechError(error)
  return rest
}
