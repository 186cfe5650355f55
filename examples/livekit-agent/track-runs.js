/**
 * @typedef {object} Run
 * @property {string} trackSid
 * @property {AbortController} end
 * @property {Promise<void>} done
 */

/** What is being heard in a room. A track may come again under its old identifier while its last words are still being recognized. */
export class TrackRuns {
  /** @type {Set<Run>} */
  #runs = new Set()

  /**
   * @param {string} trackSid
   * @param {(signal: AbortSignal) => Promise<void>} hear ends by the signal; resolves when its last words are published, never rejects
   */
  begin(trackSid, hear) {
    this.end(trackSid)
    const end = new AbortController()
    /** @type {Run} */
    const run = { trackSid, end, done: hear(end.signal).finally(() => this.#runs.delete(run)) }
    this.#runs.add(run)
  }

  /** @param {string} trackSid */
  end(trackSid) {
    for (const run of this.#runs) if (run.trackSid === trackSid) run.end.abort()
  }

  /** Resolves when the last words of all are published. */
  async endAll() {
    const left = [...this.#runs]
    for (const { end } of left) end.abort()
    await Promise.all(left.map(({ done }) => done))
  }
}
