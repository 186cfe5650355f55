import type { SpeechAnalyzerController } from '@sensevoice-web/elements'
import { html, nothing, type TemplateResult } from 'lit'
import { SAMPLES } from './samples.ts'

export interface FileWishes {
  readonly pick: (event: Event) => void
  readonly sample: (file: string) => void
}

/** Sound that is no microphone's: a file of the visitor, a recording of ours, and how far its analysis is. */
export function fileControls(
  { phase, state, listening, analysis }: SpeechAnalyzerController,
  wishes: FileWishes,
): TemplateResult {
  const closed = phase !== 'ready' || listening
  return html`<div class="files" data-testid="drop">
    <p>
      Drop a sound file anywhere, or
      <label class="pick"
        ><input
          type="file"
          accept="audio/*,video/*"
          multiple
          data-testid="file"
          ?disabled=${closed}
          @change=${wishes.pick}
        /><span>choose one</span></label
      >. No microphone? Try a recording:
    </p>
    <div class="samples" role="group" aria-label="Recorded samples">
      ${SAMPLES.map(
        ({ name, file }) =>
          html`<button class="quiet" data-sample=${file} ?disabled=${closed || state === 'analyzing'} @click=${() => wishes.sample(file)}>
            ${name}
          </button>`,
      )}
    </div>
    ${
      analysis === undefined
        ? nothing
        : html`<label class="analysis" data-testid="analysis"
          >${analysis.fileName}<progress max=${analysis.totalMs || 1} .value=${analysis.analyzedMs}></progress
        ></label>`
    }
  </div>`
}
