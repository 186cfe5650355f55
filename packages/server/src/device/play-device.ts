import { setTimeout as wait } from 'node:timers/promises'
import { BekenConversation } from './beken-conversation.ts'
import type { Conversation } from './conversation.ts'
import { DeviceLink } from './device-link.ts'
import { DeviceMessages } from './device-messages.ts'
import type { DeviceOptions } from './device-options.ts'
import type { Say } from './firmware-rules.ts'
import { paced } from './paced.ts'
import { playStream } from './play-stream.ts'
import { XiaozhiConversation } from './xiaozhi-conversation.ts'

const RECONNECT_MS = 500

/**
 * Plays a device with a BK7258's limits: sound in real time, as late and as lossy as asked for.
 *
 * @param sound mono at 16 kHz
 * @throws SpeechError `network` when there is no server, or it closes the connection or does not answer
 */
export async function playDevice(sound: Float32Array, options: DeviceOptions, say: Say): Promise<void> {
  const conversation = conversationOf(options)
  if (conversation === undefined) {
    await playStream(sound, options, say)
    return
  }
  try {
    await converse(sound, conversation, options, say)
  } finally {
    conversation.free()
  }
}

function conversationOf({ dialect, frameVersion, format, url }: DeviceOptions): Conversation | undefined {
  switch (dialect) {
    case 'a':
      return new DeviceMessages()
    case 'b':
      return undefined
    case 'c':
      return new XiaozhiConversation(frameVersion)
    case 'd':
      return new BekenConversation(format, url)
  }
}

/** After a cut the device goes on with what its microphone hears then. */
async function converse(
  sound: Float32Array,
  conversation: Conversation,
  options: DeviceOptions,
  say: Say,
): Promise<void> {
  const links: DeviceLink[] = []
  const connect = async () => {
    const hear = (text: string) => conversation.hear(text)
    const opened = await DeviceLink.open(options, conversation.headers, hear, say)
    links.push(opened)
    await conversation.begin(opened)
    return opened
  }
  try {
    let link = await connect()
    const speak = (message: string | Uint8Array) => {
      if (Math.random() < options.loss) return false
      link.send(message)
      return true
    }
    const startedMs = performance.now()
    let heardFromMs = 0
    for await (const { chunk, atMs, cut } of paced(sound, conversation.chunkSamples, startedMs, options)) {
      if (cut) {
        say('cut')
        link.cut()
        await wait(RECONNECT_MS)
        link = await connect()
        heardFromMs = performance.now() - startedMs
        say(`connected again, without ${Math.round(heardFromMs - atMs)} ms of sound`)
      }
      if (atMs >= heardFromMs) conversation.speak(chunk, atMs, speak)
    }
    await conversation.end(link)
    link.close()
  } catch (error) {
    // An open socket would keep the process alive.
    links.at(-1)?.cut()
    throw error
  }
}
