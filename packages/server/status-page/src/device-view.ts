import type { SpeechSelectDetail } from '@sensevoice-web/elements/speech-transcript'
import '@sensevoice-web/elements/speech-emotion-bars'
import '@sensevoice-web/elements/speech-error-message'
import '@sensevoice-web/elements/speech-language-scores'
import '@sensevoice-web/elements/speech-latency-panel'
import '@sensevoice-web/elements/speech-transcript'
import { html, nothing, type TemplateResult } from 'lit'
import { announcement } from './announcement.ts'
import type { DeviceWatch, WatchState } from './device-watch.ts'

const STATES: Readonly<Record<WatchState, string>> = {
  opening: 'Opening …',
  open: 'Live: what is said from now on appears here, and is kept nowhere.',
  gone: 'The device is not connected any more. It is heard again when it comes back.',
  lost: 'The live view was cut off. It is tried again with the next answer of the server.',
}

export interface DeviceViewWishes {
  readonly close: () => void
  readonly select: (event: CustomEvent<SpeechSelectDetail>) => void
  readonly dismiss: () => void
}

/** The opened device: its words, and emotion and language of the result that was chosen, or of the newest one. */
export function deviceView(
  { device, state, transcript }: DeviceWatch,
  selectedId: number | undefined,
  wishes: DeviceViewWishes,
): TemplateResult {
  const { results, partial, droppedSamples, error } = transcript
  const chosen = results.find(({ segmentId }) => segmentId === selectedId)
  const shown = chosen ?? results.at(-1)
  return html`<section class="opened" aria-labelledby="opened-title">
    <div class="card words">
      <div class="title">
        <h2 id="opened-title" tabindex="-1">${device}</h2>
        <button class="quiet" type="button" @click=${wishes.close}>Close</button>
      </div>
      <p class="state" data-state=${state} role="status">${STATES[state]}</p>
      ${
        error === undefined
          ? nothing
          : html`<speech-error-message .error=${error} @speech-dismiss=${wishes.dismiss}></speech-error-message>`
      }
      ${
        droppedSamples > 0
          ? html`<p class="state" data-state="lost">${(droppedSamples / 16_000).toFixed(1)} s of sound were dropped since this view was opened.</p>`
          : nothing
      }
      <speech-transcript
        .results=${results}
        .partial=${partial}
        .selectedId=${chosen?.segmentId}
        @speech-select=${wishes.select}
      >
        <p slot="empty" class="empty">Nothing said yet.</p>
      </speech-transcript>
    </div>
    <div class="card scores">
      <h3>${chosen === undefined ? 'Newest result' : 'Chosen result'}</h3>
      <h4>Emotion</h4>
      <speech-emotion-bars .result=${shown}></speech-emotion-bars>
      <h4>Language</h4>
      <speech-language-scores .result=${shown}></speech-language-scores>
    </div>
    <div class="card times">
      <h3>Times</h3>
      <speech-latency-panel .results=${results}></speech-latency-panel>
    </div>
    ${announcement(results.at(-1))}
  </section>`
}
