import type { SpeechAnalyzerController, SpeechTranscript } from '@sensevoice-web/elements'

/** Nearer to its end than this, in px, a list is taken to be read at its end. */
const AT_END = 40

/** Keeps what matters now in view inside the transcript's own scroll area; the page itself is never scrolled. */
export class TranscriptScroll {
  #shown: readonly unknown[] = []
  #playing: number | undefined

  /**
   * Call it after each render of the page, before the transcript has rendered.
   *
   * @param positionMs where the player is, in the results' time
   */
  follow(
    list: SpeechTranscript,
    { results, partial }: SpeechAnalyzerController,
    positionMs: number | undefined,
  ): void {
    if (this.#shown[0] !== results || this.#shown[1] !== partial) {
      this.#shown = [results, partial]
      // Whoever has scrolled up to older words is left there.
      const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < AT_END
      if (atEnd) void list.updateComplete.then(() => list.scrollTo({ top: list.scrollHeight }))
    }
    const at = positionMs ?? -1
    const playing = results.find(({ startMs, endMs }) => at >= startMs && at < endMs)?.segmentId
    // Once a result: within it a visitor may scroll elsewhere.
    if (playing !== undefined && playing !== this.#playing) bringIntoView(list, playing)
    this.#playing = playing
  }
}

function bringIntoView(list: SpeechTranscript, segmentId: number): void {
  const item = list.renderRoot.querySelector(`[data-segment="${segmentId}"]`)
  if (item === null) return
  const outer = list.getBoundingClientRect()
  const inner = item.getBoundingClientRect()
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom
}
