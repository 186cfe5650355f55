import type { VideoGrant } from 'livekit-server-sdk'
import { onTestFailed, onTestFinished } from 'vitest'
import { AgentProcess } from './agent-process.ts'
import { Guest } from './guest.ts'
import { RealLivekitServer } from './real-livekit-server.ts'

/** A server and an agent for one test; everybody who joined leaves, and both end, when the test has finished. */
export interface Stage {
  readonly server: RealLivekitServer
  readonly agent: AgentProcess
  /** `grants` are added to, or replace, what a speaker and listener needs. */
  join(room: string, identity: string, grants?: VideoGrant): Promise<Guest>
}

/** @param agentEnv settings of the agent's recognizer, `AGENT_STT_MODULE` among them */
export async function stage(agentEnv: Readonly<Record<string, string>>): Promise<Stage> {
  const server = await RealLivekitServer.start()
  onTestFinished(() => server.close())
  const agent = await AgentProcess.start(server, agentEnv)
  onTestFailed(() => console.log(agent.said))
  onTestFinished(() => agent.close())
  const join = async (room: string, identity: string, grants: VideoGrant = {}) => {
    const guest = await Guest.joinWith(server.url, await server.token(room, identity, grants))
    onTestFinished(() => guest.leave())
    return guest
  }
  return { server, agent, join }
}
