// `node agent.js start`: joins every room of the LiveKit server that LIVEKIT_URL names, writes down what is said there, and answers if it is told how.
import { fileURLToPath } from 'node:url'
import { cli, ServerOptions } from '@livekit/agents'
import { makeConversation } from './make-conversation.js'
import { makeStt } from './make-stt.js'
import { transcribingAgent } from './transcribing-agent.js'

const HEALTH_PORT = 8081
// A full-size model is read from disk before a process is ready; the framework's own 10 s are short for that.
const MODEL_LIMIT_MS = 120_000

export default transcribingAgent()

// The framework imports this same file once more in a process of its own for each room.
const file = fileURLToPath(import.meta.url)
if (process.argv[1] === file) {
  // Wrong settings are told before a room waits for an answer.
  makeConversation()?.close()
  await (await makeStt()).close()
  cli.runApp(
    new ServerOptions({
      agent: file,
      host: process.env['AGENT_HOST'] ?? '127.0.0.1',
      port: Number(process.env['AGENT_PORT'] ?? HEALTH_PORT),
      initializeProcessTimeout: MODEL_LIMIT_MS,
    }),
  )
}
