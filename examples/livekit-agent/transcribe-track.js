import { setTimeout as pause } from 'node:timers/promises'
import { log, stt as speech } from '@livekit/agents'
import { Segment } from './segment.js'

const { FINAL_TRANSCRIPT, INTERIM_TRANSCRIPT } = speech.SpeechEventType
// A recognizer that failed for good is asked again after this long; the track's sound waits meanwhile.
const NEXT_STREAM_MS = 1000

/**
 * @typedef {object} HeardTrack
 * @property {import('@livekit/rtc-node').Room} room
 * @property {import('@livekit/agents').stt.STT} stt
 * @property {import('node:stream/web').ReadableStream<import('@livekit/rtc-node').AudioFrame>} sound of the track, 16 kHz mono
 * @property {string} trackSid
 * @property {string} identity whose track it is
 * @property {AbortSignal} signal ends it; what was heard by then is still recognized
 * @property {Pick<import('./speaking-room.js').SpeakingRoom, 'hear' | 'gone'> | undefined} speaking who answers, if anybody does
 */

/**
 * Recognizes what is said on a track and publishes it; resolves when the track has ended and its last words are published.
 *
 * @param {HeardTrack} heard
 */
export async function transcribeTrack(heard) {
  const reader = heard.sound.getReader()
  const stop = () => void reader.cancel()
  heard.signal.addEventListener('abort', stop, { once: true })
  if (heard.signal.aborted) stop()
  /** @type {Promise<import('node:stream/web').ReadableStreamReadResult<import('@livekit/rtc-node').AudioFrame>> | undefined} */
  let next
  let ended = false

  /** @param {import('@livekit/agents').stt.SpeechStream} stream */
  const feed = async (stream, gone = new AbortController().signal) => {
    const failed = new Promise((resolve) =>
      gone.addEventListener('abort', () => resolve(undefined), { once: true }),
    )
    while (!gone.aborted) {
      // The same read serves the next stream when this one fails while it waits.
      next ??= reader.read()
      const frame = await Promise.race([next, failed])
      if (frame === undefined) return
      next = undefined
      if (frame.done) {
        ended = true
        stream.endInput()
        return
      }
      stream.pushFrame(frame.value)
    }
  }

  while (!ended) {
    const stream = heard.stt.stream()
    const gone = new AbortController()
    const feeding = feed(stream, gone.signal)
    await publishAll(heard, stream, () => gone.abort())
    await feeding
    stream.close()
    if (ended || heard.signal.aborted) break
    log().warn({ trackSid: heard.trackSid }, 'the recognizer ended before the track; it is started anew')
    await pause(NEXT_STREAM_MS)
  }
  await reader.cancel()
}

/**
 * @param {HeardTrack} heard
 * @param {import('@livekit/agents').stt.SpeechStream} stream
 * @param {() => void} onEnd nothing more comes of the stream; what came is not published yet
 */
async function publishAll({ room, trackSid, identity, speaking }, stream, onEnd) {
  let segment = new Segment(room, trackSid, identity)
  let published = Promise.resolve()
  try {
    for await (const event of stream) {
      speaking?.hear(stream, event)
      const best = event.alternatives?.[0]
      if (best === undefined) continue
      const present = segment
      // Not waited for: whoever speaks must be noticed at once, however slow the room is.
      if (event.type === INTERIM_TRANSCRIPT) published = published.then(() => present.interim(best))
      if (event.type !== FINAL_TRANSCRIPT) continue
      published = published.then(() => present.final(best))
      segment = new Segment(room, trackSid, identity)
    }
  } finally {
    onEnd()
    speaking?.gone(stream)
    await published
  }
}
