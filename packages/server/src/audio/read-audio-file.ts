import { readWav, SpeechError } from '@sensevoice-web/engine'
import { readBytes } from '../read-bytes.ts'
import { compressedKindOf } from './audio-kind.ts'
import { decodeCompressed } from './decode-compressed.ts'
import type { DecodedAudio } from './decoded-audio.ts'

/**
 * Reads WAV (PCM, float), FLAC, MP3, Ogg Opus or Ogg Vorbis, told apart by content.
 *
 * @throws SpeechError `file-not-found`, `file-unreadable`, `invalid-wav`, `unsupported-audio`, `invalid-audio`
 */
export async function readAudioFile(path: string): Promise<DecodedAudio> {
  const bytes = await readBytes(path)
  if (bytes.length === 0) {
    throw new SpeechError('invalid-audio', 'the file is empty (0 bytes)', {
      hint: 'Fetch or record it again.',
    })
  }
  const kind = compressedKindOf(bytes)
  const audio = kind === undefined ? wav(bytes) : await decodeCompressed(bytes, kind)
  if (audio.samples.length === 0) {
    throw new SpeechError('invalid-audio', 'the file holds no sound (0 samples)', {
      hint: 'Record it again.',
    })
  }
  return audio
}

function wav(bytes: Uint8Array): DecodedAudio {
  try {
    return readWav(bytes)
  } catch (error) {
    if (!(error instanceof SpeechError) || !error.message.startsWith('not a WAV file')) throw error
    throw new SpeechError(
      error.code,
      error.message.replace('not a WAV file', 'not a sound file that is read here'),
      {
        hint: 'WAV, FLAC, MP3, Ogg Opus and Ogg Vorbis are read; convert others first, e.g. with ffmpeg.',
        cause: error,
      },
    )
  }
}
