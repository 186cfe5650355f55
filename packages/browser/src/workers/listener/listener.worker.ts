// The listener worker: sound in, speech segments out. It never waits for a recognition of live sound.
import { expose } from 'comlink'
import { keepSpeechErrors } from '../../wire/speech-error-transfer.ts'
import { Listener } from './listener.ts'

keepSpeechErrors()
expose(new Listener())
