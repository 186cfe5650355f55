// The recognizer worker: speech segments in, results out, computed in WASM.
import { expose } from 'comlink'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { keepSpeechErrors } from '../../wire/speech-error-transfer.ts'
import { RecognizerService } from './recognizer-service.ts'
import { buildOnWasm } from './wasm-model.ts'

keepSpeechErrors()
expose(new RecognizerService({ env, InferenceSession, Tensor }, buildOnWasm))
