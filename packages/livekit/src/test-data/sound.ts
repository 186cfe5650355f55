import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { stt } from '@livekit/agents'
import { AudioFrame } from '@livekit/rtc-node'
import { floatToPcm16, joinSamples, Resampler, readWav } from '@sensevoice-web/engine'
import { noise } from '@sensevoice-web/engine/testing'

/** Recorded digits of the demo page, 16 kHz. */
export function digits(): Float32Array {
  const path = new URL('../../../../demo/public/samples/en-digits-jackson.wav', import.meta.url)
  return readWav(readFileSync(fileURLToPath(path))).samples
}

/** A committed clip of speech, 16 kHz. */
export function spoken(name: string): Float32Array {
  const path = new URL(`../../../../models/golden/audio/${name}.wav`, import.meta.url)
  return readWav(readFileSync(fileURLToPath(path))).samples
}

export function silence(seconds: number): Float32Array {
  return noise(7, { samples: seconds * 16_000, amplitude: 1e-4 })
}

/** Frames of 20 ms, as a participant's sound comes. */
export function frames(samples: Float32Array, sampleRate = 16_000, channels = 1): AudioFrame[] {
  const resampler = new Resampler(16_000, sampleRate)
  const sound = joinSamples([resampler.push(samples), resampler.flush()])
  const size = sampleRate / 50
  const made: AudioFrame[] = []
  for (let at = 0; at < sound.length; at += size) {
    const pcm = floatToPcm16(sound.subarray(at, at + size))
    const data = new Int16Array(pcm.length * channels)
    for (const [index, value] of pcm.entries()) data.fill(value, index * channels, (index + 1) * channels)
    made.push(new AudioFrame(data, sampleRate, channels, pcm.length))
  }
  return made
}

/** Everything that a stream says to a sound, to its end. */
export async function eventsOf(
  stream: stt.SpeechStream,
  sound: readonly AudioFrame[],
): Promise<stt.SpeechEvent[]> {
  for (const frame of sound) stream.pushFrame(frame)
  stream.endInput()
  const events: stt.SpeechEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

export function textsOf(events: readonly stt.SpeechEvent[], type: stt.SpeechEventType): string[] {
  return events.flatMap((event) => (event.type === type ? [event.alternatives?.[0].text ?? ''] : []))
}
