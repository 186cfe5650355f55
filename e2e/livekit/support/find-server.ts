import type { TestProject } from 'vitest/node'
import { findLivekitServer } from '../../../scripts/lib/livekit-server.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    livekitServer: { path: string } | { reason: string }
  }
}

/** Before all tests: finds or builds the server; where there can be none, says why once. */
export default async function setup(project: TestProject): Promise<void> {
  const found = await findLivekitServer()
  if ('reason' in found) console.log(`Skipped: the tests with a real LiveKit server, as ${found.reason}.`)
  project.provide('livekitServer', found)
}
