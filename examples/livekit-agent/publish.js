import { log } from '@livekit/agents'

const PUBLISH_LIMIT_MS = 10_000

/**
 * Sends something to the room. Never throws: what could not be sent is told in the logs, by its identifier.
 *
 * @param {import('@livekit/rtc-node').Room} room
 * @param {{ what: string, id: string }} name of it in the logs
 * @param {(participant: import('@livekit/rtc-node').LocalParticipant) => Promise<void>} send
 */
export async function publish(room, { what, id }, send) {
  const participant = room.localParticipant
  try {
    if (participant === undefined) throw new Error('the room is not connected')
    await within(PUBLISH_LIMIT_MS, 'sent', send(participant))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log().error({ what, segmentId: id, reason }, 'an utterance was not published')
  }
}

/** @param {object} value a data message */
export function encode(value) {
  return new TextEncoder().encode(JSON.stringify(value))
}

/**
 * @template T
 * @param {number} limitMs
 * @param {string} what should be done by then; ends the sentence "not ... within 10 ms"
 * @param {Promise<T>} promise
 */
export async function within(limitMs, what, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ${what} within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
