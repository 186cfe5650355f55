import type { SpeechErrorCode } from '@sensevoice-web/engine'

/** A headline for people, by code; the error's own message and hint stand below it. */
export const ERROR_TITLES: Readonly<Record<SpeechErrorCode, string>> = {
  'invalid-argument': 'That setting does not work',
  'invalid-audio': 'This sound cannot be read',
  'invalid-wav': 'This WAV file is damaged',
  'unsupported-audio': 'This kind of sound file is not known here',
  'sample-rate-unsupported': 'This sample rate is not supported',
  'file-not-found': 'The file is not there',
  'file-unreadable': 'The file cannot be read',
  'insecure-context': 'Browsers give a microphone to secure pages only',
  'microphone-denied': 'The microphone was not allowed',
  'microphone-not-found': 'No microphone was found',
  'microphone-busy': 'The microphone is in use elsewhere',
  'microphone-lost': 'The microphone was unplugged',
  'not-supported': 'This browser lacks something that is needed',
  'model-not-found': 'The model is not where it should be',
  'model-corrupt': 'The model file is damaged',
  'model-unsupported': 'This is not a SenseVoice model',
  network: 'Loading failed on the way',
  'quota-exceeded': 'This browser has no room left',
  'out-of-memory': 'There is not enough memory',
  'inference-failed': 'The model failed on this sound',
  'worker-failed': 'A background worker stopped',
  overrun: 'Some sound was lost',
  busy: 'Something else is still running',
  closed: 'The analyzer was closed',
}
