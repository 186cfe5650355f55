import {
  LONGEST_WHOLE_SOUND_SAMPLES,
  SpeechError,
  type SpeechEvent,
  type SpeechResult,
} from '@sensevoice-web/engine'
import type { AnalyzeInput, AnalyzeOptions } from '../api/options.ts'
import type { AnalysisResult } from '../api/outcomes.ts'
import type { StreamConfig } from '../wire/stream-config.ts'
import type { OpenStream } from './analysis-place.ts'
import { decodeInput, type FiniteSound } from './decode-input.ts'
import type { RunContext } from './run-context.ts'
import { SampleFeeder } from './sample-feeder.ts'

const LONGEST_SEGMENT_MS = LONGEST_WHOLE_SOUND_SAMPLES / 16

/** One `analyze()`: decode, feed in slices as the listener asks for them, collect. */
export async function analyze(
  context: RunContext,
  input: AnalyzeInput,
  options: AnalyzeOptions,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const started = performance.now()
  const results: SpeechResult[] = []
  const errors: SpeechError[] = []
  const deliver = (event: SpeechEvent) => {
    if (signal.aborted) return
    if (event.type === 'result') results.push(event.result)
    if (event.type === 'error') errors.push(event.error)
    context.emit(event)
    options.onEvent?.(event)
  }
  const place = await context.place(signal)
  const sound = await decodeInput(input, options.sampleRate, place, signal)
  if (sound.length === 0) throw new SpeechError('invalid-audio', 'the sound has no samples')
  const durationMs = (sound.length / sound.sampleRate) * 1000
  if (options.vad === false && durationMs > LONGEST_SEGMENT_MS) {
    throw new SpeechError(
      'invalid-argument',
      `without VAD at most ${LONGEST_SEGMENT_MS / 1000} s are one segment, this is ${(durationMs / 1000).toFixed(1)} s`,
      { hint: 'Leave `vad: false` out.' },
    )
  }
  const config = configOf(context, options, sound, durationMs)
  const stream = await place.open(config, deliver, signal)
  const feeder = new SampleFeeder(stream.audio, Math.ceil(sound.sampleRate / 4))
  try {
    await untilAborted(signal, Promise.race([feedAll(feeder, sound, stream), stream.done]))
  } catch (error) {
    feeder.close()
    await stream.cancel()
    throw error
  }
  deliver({ type: 'analysis-progress', analyzedMs: durationMs, totalMs: durationMs })
  return { results, errors, durationMs, elapsedMs: performance.now() - started }
}

async function feedAll(feeder: SampleFeeder, sound: FiniteSound, stream: OpenStream): Promise<void> {
  await feeder.send(sound.length, (target, from) => sound.fill(target, from))
  feeder.end()
  await stream.done
}

function configOf(
  { settings }: RunContext,
  options: AnalyzeOptions,
  sound: FiniteSound,
  totalMs: number,
): StreamConfig {
  return {
    sampleRate: sound.sampleRate,
    live: false,
    overload: 'wait',
    segmentation: options.vad === false ? 'whole' : { ...settings.vad, ...options.vad },
    language: options.language ?? settings.language,
    withItn: options.withItn ?? settings.withItn,
    totalMs,
  }
}

function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
