// A recognizer for tests: its first backend fails one time in three, at random by the seed SHAKY_SEED, and the second takes over when that is too often.
import { SpeechError } from '@sensevoice-web/engine'
import { seededRandom } from '@sensevoice-web/engine/testing'
import { localBackend, STT } from '@sensevoice-web/livekit'

const FAILING_SHARE = 1 / 3

/**
 * @param {import('@sensevoice-web/livekit').BackendSource} source
 * @param {() => number} random
 * @returns {import('@sensevoice-web/livekit').BackendSource}
 */
function shaky(source, random) {
  return {
    ...source,
    name: 'shaky',
    // An answer on trial would be taken where it came through, so that the failures of most utterances would not count.
    partialIntervalMs: undefined,
    open: async () => {
      const backend = await source.open()
      return {
        model: backend.model,
        recognize: async (segment, call) => {
          const fails = random() < FAILING_SHARE
          // Some refuse at once; some did the work, and the answer is lost on its way.
          if (fails && random() < 1 / 2) throw lost()
          const answer = await backend.recognize(segment, call)
          if (fails) throw lost()
          return answer
        },
        dispose: () => backend.dispose(),
      }
    },
  }
}

function lost() {
  return new SpeechError('network', 'failed on purpose', { retryable: true })
}

export function createSttFromEnv() {
  const random = seededRandom(Number(process.env['SHAKY_SEED']))
  return new STT({ backend: shaky(localBackend(), random), fallbacks: [localBackend()] })
}
