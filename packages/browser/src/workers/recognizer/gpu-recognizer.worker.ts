// The recognizer worker for WebGPU: the build of onnxruntime that can wait for the GPU in the middle of WASM (JSPI).
import { expose } from 'comlink'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/jspi'
import { keepSpeechErrors } from '../../wire/speech-error-transfer.ts'
import { buildOnGpu } from './gpu/build-on-gpu.ts'
import { RecognizerService } from './recognizer-service.ts'

keepSpeechErrors()
expose(new RecognizerService({ env, InferenceSession, Tensor }, buildOnGpu))
