// What came of one speaker's utterances, which follow one another at equal distances: each must be answered by one segment, and each segment once.
export class UtteranceTally {
  #utterances
  #periodMs
  #segments = new Set()
  #answered = new Set()
  /** Results of a segment that had one before. */
  doubled = 0
  /** Results of further segments in an utterance that was answered, or where none was spoken. */
  extra = 0

  /**
   * @param utterances that are spoken
   * @param periodMs from the beginning of one to the next one's
   */
  constructor(utterances, periodMs) {
    this.#utterances = utterances
    this.#periodMs = periodMs
  }

  /** @param result a `SpeechResult` */
  take({ segmentId, startMs, endMs }) {
    if (this.#segments.has(segmentId)) {
      this.doubled += 1
      return
    }
    this.#segments.add(segmentId)
    const utterance = Math.floor((startMs + endMs) / 2 / this.#periodMs)
    if (utterance >= this.#utterances || this.#answered.has(utterance)) this.extra += 1
    else this.#answered.add(utterance)
  }

  /** Utterances without a result. */
  get lost() {
    return this.#utterances - this.#answered.size
  }
}
