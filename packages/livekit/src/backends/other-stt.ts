import { stt } from '@livekit/agents'
import { AudioFrame } from '@livekit/rtc-node'
import { type AudioSegment, floatToPcm16, SpeechError } from '@sensevoice-web/engine'
import type { BackendSource, UtteranceCall } from '../backend.ts'
import type { UtteranceAnswer } from '../utterance-answer.ts'
import { joinTexts } from '../words.ts'

const SAMPLE_RATE = 16_000
/** As a participant's sound comes. */
const FRAME_SAMPLES = 320

/**
 * Any other STT of LiveKit's as a backend: mostly the last one, for when no SenseVoice can be used. It stays its owner's, who closes it.
 *
 * @param other is asked for one utterance at a time over a stream of its own, or by `recognize` when it does not stream
 */
export function otherSttBackend(other: stt.STT): BackendSource {
  return {
    name: other.label,
    partialIntervalMs: undefined,
    wordTimes: other.capabilities.alignedTranscript === 'word',
    open: async () => ({
      get model() {
        return other.model
      },
      recognize: async (segment, call) => {
        const events = other.capabilities.streaming
          ? await streamed(other, segment, call.signal)
          : [await other.recognize(frameOf(segment.samples), call.signal)]
        return answerOf(events, segment)
      },
      dispose: async () => {},
    }),
  }
}

async function streamed(
  other: stt.STT,
  segment: AudioSegment,
  signal: UtteranceCall['signal'],
): Promise<stt.SpeechEvent[]> {
  let failure: unknown
  // Its own tries are over when it says so: another begins here. Without a listener Node would end the process.
  const hear = ({ error, recoverable }: { readonly error: Error; readonly recoverable: boolean }) => {
    if (!recoverable) failure ??= error
  }
  other.on('error', hear)
  const stream = other.stream({ connOptions: { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 } })
  const abort = () => stream.close()
  signal.addEventListener('abort', abort, { once: true })
  try {
    for (let at = 0; at < segment.samples.length; at += FRAME_SAMPLES) {
      stream.pushFrame(frameOf(segment.samples.subarray(at, at + FRAME_SAMPLES)))
    }
    stream.flush()
    stream.endInput()
    const events: stt.SpeechEvent[] = []
    for await (const event of stream) events.push(event)
    if (signal.aborted) throw signal.reason
    if (stream._failed) {
      throw failure ?? new SpeechError('network', `${other.label} has failed`, { retryable: true })
    }
    return events
  } finally {
    signal.removeEventListener('abort', abort)
    stream.close()
    other.off('error', hear)
  }
}

function answerOf(events: readonly stt.SpeechEvent[], segment: AudioSegment): UtteranceAnswer {
  const finals = events.flatMap(({ type, alternatives }) =>
    type === stt.SpeechEventType.FINAL_TRANSCRIPT && alternatives !== undefined ? [alternatives[0]] : [],
  )
  const longest = finals.toSorted((a, b) => b.text.length - a.text.length)[0]
  const startMs = segment.startSamples / 16
  const ms = (seconds: number | undefined) => startMs + 1000 * (seconds ?? 0)
  return {
    text: joinTexts(finals.map(({ text }) => text)),
    language: longest?.language ?? '',
    startMs,
    endMs: startMs + segment.samples.length / 16,
    confidence: longest?.confidence ?? 0,
    words: finals.flatMap(({ words = [] }) =>
      words.map(({ text, startTime, endTime, confidence }) => ({
        text,
        startMs: ms(startTime),
        endMs: ms(endTime),
        confidence: confidence ?? 0,
      })),
    ),
    metadata: { ...longest?.metadata },
  }
}

function frameOf(samples: Float32Array): AudioFrame {
  return new AudioFrame(floatToPcm16(samples), SAMPLE_RATE, 1, samples.length)
}
