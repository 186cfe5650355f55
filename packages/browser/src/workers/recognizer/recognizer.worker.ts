// The recognizer worker: speech segments in, results out.
import { expose } from 'comlink'
import { keepSpeechErrors } from '../../wire/speech-error-transfer.ts'
import { RecognizerService } from './recognizer-service.ts'

keepSpeechErrors()
expose(new RecognizerService())
