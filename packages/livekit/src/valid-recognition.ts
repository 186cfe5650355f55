import { LANGUAGE_CHOICES, SpeechError } from '@sensevoice-web/engine'
import {
  LONGEST_SEGMENT_LIMIT_MS,
  type RecognitionSettings,
  SHORTEST_SEGMENT_LIMIT_MS,
} from './stt-settings.ts'

/**
 * @param changes what differs from `base`; other fields are left alone
 * @throws SpeechError `invalid-argument` naming every fault
 */
export function validRecognition(
  changes: Partial<RecognitionSettings>,
  base: RecognitionSettings,
): RecognitionSettings {
  const { language = base.language, useItn = base.useItn, maxSegmentMs = base.maxSegmentMs } = changes
  const faults: string[] = []
  if (!LANGUAGE_CHOICES.includes(language)) {
    faults.push(`language must be one of ${LANGUAGE_CHOICES.join(', ')}, got ${String(language)}`)
  }
  if (typeof useItn !== 'boolean') faults.push(`useItn must be true or false, got ${String(useItn)}`)
  if (!(maxSegmentMs >= SHORTEST_SEGMENT_LIMIT_MS && maxSegmentMs <= LONGEST_SEGMENT_LIMIT_MS)) {
    faults.push(
      `maxSegmentMs must be ${SHORTEST_SEGMENT_LIMIT_MS} to ${LONGEST_SEGMENT_LIMIT_MS}, got ${maxSegmentMs}`,
    )
  }
  if (faults.length > 0) throw new SpeechError('invalid-argument', `STT: ${faults.join('; ')}`)
  return { language, useItn, maxSegmentMs }
}
