import type { StreamSession } from './stream-session.ts'

/** Sessions whose connection was lost wait here for their client, for as long as `resumeMs`. */
export class SessionStore {
  readonly resumeMs: number
  readonly #sessions = new Map<string, StreamSession>()
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor(resumeMs: number) {
    this.resumeMs = resumeMs
  }

  get size(): number {
    return this.#sessions.size
  }

  add(session: StreamSession): void {
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
  }

  async end(session: StreamSession): Promise<void> {
    clearTimeout(this.#timers.get(session.id))
    this.#timers.delete(session.id)
    if (this.#sessions.delete(session.id)) await session.close()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.end(session)))
  }
}
