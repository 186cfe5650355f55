import type { SpeechAnalyzerController, SpeechSelectDetail } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'
import type { Playback } from './playback.ts'

export interface TranscriptWishes {
  readonly clear: () => void
  readonly select: (event: CustomEvent<SpeechSelectDetail>) => void
}

/** Everything said, the player of the file it was said in, and the ways to save it. */
export function transcriptCard(
  { results, partial, state }: SpeechAnalyzerController,
  playback: Playback,
  selectedId: number | undefined,
  wishes: TranscriptWishes,
): TemplateResult {
  return html`<section id="transcript" class="card" aria-labelledby="transcript-title" tabindex="-1">
    <div class="title">
      <h2 id="transcript-title">Transcript</h2>
      <button class="quiet" ?disabled=${results.length === 0} @click=${wishes.clear}>Clear</button>
    </div>
    ${
      playback.url === undefined
        ? nothing
        : html`<audio
          controls
          src=${playback.url}
          aria-label="The analyzed file"
          @timeupdate=${playback.follow}
        ></audio>`
    }
    <speech-transcript
      .results=${results}
      .partial=${partial}
      .selectedId=${selectedId}
      .playbackMs=${playback.positionMs}
      @speech-select=${wishes.select}
    >
      <p slot="empty" class="empty">
        ${state === 'listening' ? 'Nothing said yet.' : 'What is said appears here, with its time, language and emotion.'}
      </p>
    </speech-transcript>
    <speech-export-menu .results=${results}></speech-export-menu>
  </section>`
}
