import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { type Recognizer, serializeSpeechError, toSpeechError } from '@sensevoice-web/engine'
import { loadRecognizer } from '@sensevoice-web/onnx'
import * as runtime from 'onnxruntime-node'
import { readModel } from '../../model/read-model.ts'
import type { WorkerReply, WorkerRequest, WorkerSettings } from './worker-messages.ts'

// A thread of its own: onnxruntime-node computes on the thread that asks, and nothing else happens there meanwhile.
const port = parentPort
if (port === null) throw new Error('this is started as a worker thread')
const { folder, device, threads } = workerData as WorkerSettings

const say = (reply: WorkerReply) => port.postMessage(reply)
const sayError = (error: unknown) =>
  say({ type: 'error', error: serializeSpeechError(toSpeechError(error, 'inference-failed')) })

let recognizer: Recognizer | undefined

async function answer(request: WorkerRequest): Promise<void> {
  if (request.type === 'close') {
    await recognizer?.dispose()
    port?.close()
    return
  }
  try {
    if (recognizer === undefined) throw new Error('the model is not loaded')
    say({ type: 'result', result: await recognizer.recognize(request.segment, request.options) })
  } catch (error) {
    sayError(error)
  }
}

port.on('message', (request: WorkerRequest) => void answer(request))
try {
  const model = await readModel(folder)
  const loaded = await loadRecognizer({
    ...model,
    runtime,
    executionProvider: device,
    threads,
    clock: () => performance.now(),
  })
  recognizer = loaded.recognizer
  say({ type: 'ready' })
} catch (error) {
  sayError(error)
}
