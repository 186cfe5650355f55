import type { StreamSession } from './stream-session.ts'

/**
 * Sessions whose connection was lost wait here for their client, for as long as `resumeMs`. Each holds some 150 kB, so they are bounded: a device that begins
 * anew gives its old ones up, and of too many the one that waits longest goes.
 */
export class SessionStore {
  readonly resumeMs: number
  readonly #sessions = new Map<string, StreamSession>()
  readonly #timers = new Map<string, NodeJS.Timeout>()

  readonly #mostWaiting: number

  constructor(resumeMs: number, mostWaiting: number) {
    this.resumeMs = resumeMs
    this.#mostWaiting = mostWaiting
  }

  get size(): number {
    return this.#sessions.size
  }

  add(session: StreamSession): void {
    for (const other of this.#waiting()) if (other.device === session.device) void this.end(other)
    this.#sessions.set(session.id, session)
  }

  /** The session of that secret, if it is the same device that asks. */
  find(id: string, device: string): StreamSession | undefined {
    const session = this.#sessions.get(id)
    if (session?.device !== device) return undefined
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    return session
  }

  /** The connection is gone: the session goes too when its client does not come back. */
  leave(session: StreamSession): void {
    if (!this.#sessions.has(session.id)) return
    clearTimeout(this.#timers.get(session.id))
    this.#timers.set(
      session.id,
      setTimeout(() => void this.end(session), this.resumeMs),
    )
    const [longest] = this.#waiting()
    if (this.#timers.size > this.#mostWaiting && longest !== undefined) void this.end(longest)
  }

  async end(session: StreamSession): Promise<void> {
    clearTimeout(this.#timers.get(session.id))
    this.#timers.delete(session.id)
    if (this.#sessions.delete(session.id)) await session.close()
  }

  /** Those without a connection, the oldest first. */
  #waiting(): StreamSession[] {
    return [...this.#timers.keys()].flatMap((id) => this.#sessions.get(id) ?? [])
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.end(session)))
  }
}
