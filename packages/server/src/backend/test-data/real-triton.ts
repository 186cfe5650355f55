import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const MODELS = join(import.meta.dirname, '../../../../../models')

/** Folder of the Python environment with the nvidia-pytriton wheel, whose tritonserver is started. */
const VENV = process.env['SENSEVOICE_TRITON'] ?? join(MODELS, '.venv-triton')
const PACKAGES = join(VENV, 'lib/python3.11/site-packages')
const SERVER = join(PACKAGES, 'pytriton/tritonserver')

/** Why the real server cannot be started here; `undefined` when it can. */
export const NO_TRITON = existsSync(join(SERVER, 'bin/tritonserver'))
  ? undefined
  : `no tritonserver in ${VENV}: make it by \`python -m sensevoice_models.triton.install\`, or name it in SENSEVOICE_TRITON`

/** NVIDIA's own server process on loopback, with a model repository. */
export class RealTriton {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly http: string
  readonly grpc: string

  private constructor(child: ChildProcess, folder: string, ports: { http: number; grpc: number }) {
    this.#process = child
    this.#folder = folder
    this.http = `http://127.0.0.1:${ports.http}`
    this.grpc = `grpc://127.0.0.1:${ports.grpc}`
  }

  /** @throws Error with the end of the server's log when it is not ready within 60 s */
  static async start(repository: string): Promise<RealTriton> {
    const folder = mkdtempSync(join(tmpdir(), 'sensevoice-triton-'))
    cpSync(join(SERVER, 'backends/python'), join(folder, 'python'), { recursive: true })
    const stub = 'triton_python_backend_stub'
    copyFileSync(join(SERVER, 'python_backend_stubs/3.11', stub), join(folder, 'python', stub))
    const ports = { http: await freePort(), grpc: await freePort() }
    const child = spawn(
      join(SERVER, 'bin/tritonserver'),
      [
        `--model-repository=${repository}`,
        `--backend-directory=${folder}`,
        `--http-port=${ports.http}`,
        `--grpc-port=${ports.grpc}`,
        '--http-address=127.0.0.1',
        '--grpc-address=127.0.0.1',
        '--allow-metrics=false',
        '--exit-timeout-secs=1',
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...process.env,
          LD_LIBRARY_PATH: join(PACKAGES, 'nvidia_pytriton.libs'),
          // The embedded Python finds its packages by the `python3` that comes first.
          PATH: [join(VENV, 'bin'), process.env['PATH']].join(delimiter),
        },
      },
    )
    const server = new RealTriton(child, folder, ports)
    await server.#ready()
    return server
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL')
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #ready(): Promise<void> {
    let log = ''
    this.#process.stderr?.on('data', (text: Buffer) => {
      log = (log + text.toString()).slice(-4000)
    })
    const end = Date.now() + 60_000
    while (Date.now() < end && this.#process.exitCode === null) {
      const response = await fetch(`${this.http}/v2/health/ready`).catch(() => undefined)
      if (response?.status === 200) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await this.kill()
    throw new Error(`tritonserver was not ready: ${log}`)
  }
}

/** Writes the repository of model.py beside this file, which takes `maxQueue` waiting requests. */
export function writeHandMadeRepository(
  folder: string,
  { maxQueue, parameters }: { maxQueue: number; parameters: Readonly<Record<string, string>> },
): void {
  const tensor = (name: string, type: string, size: number) =>
    `{ name: "${name}" data_type: TYPE_${type} dims: [ ${size} ] }`
  const scores = { language_scores: 6, emotion_scores: 9, event_scores: 12, text_norm_scores: 2 }
  const outputs = [
    tensor('token_ids', 'INT32', -1),
    tensor('token_probabilities', 'FP32', -1),
    ...Object.entries(scores).map(([name, size]) => tensor(name, 'FP32', size)),
  ]
  const told = Object.entries(parameters).map(
    ([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }`,
  )
  mkdirSync(join(folder, 'sensevoice/1'), { recursive: true })
  copyFileSync(join(import.meta.dirname, 'triton-repository/model.py'), join(folder, 'sensevoice/1/model.py'))
  writeFileSync(
    join(folder, 'sensevoice/config.pbtxt'),
    [
      'name: "sensevoice" backend: "python" max_batch_size: 4',
      'input [ { name: "features" data_type: TYPE_FP32 dims: [ -1, 560 ] allow_ragged_batch: true },',
      `${tensor('language', 'INT32', 1)}, ${tensor('text_norm', 'INT32', 1)} ]`,
      `output [ ${outputs.join(', ')} ]`,
      'dynamic_batching { max_queue_delay_microseconds: 1000',
      `  default_queue_policy { timeout_action: REJECT max_queue_size: ${maxQueue} } }`,
      'instance_group [ { kind: KIND_CPU count: 1 } ]',
      ...told,
    ].join('\n'),
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
