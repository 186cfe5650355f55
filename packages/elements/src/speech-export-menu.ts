import type { SpeechResult } from '@sensevoice-web/engine'
import { css, html, LitElement } from 'lit'
import { define } from './define.ts'
import { EXPORT_FORMATS, type ExportFormat } from './export-formats.ts'
import { theme } from './theme.ts'

/**
 * Buttons that save the transcript as text, JSON, SRT or WebVTT. The file is made on this machine.
 *
 * @fires speech-export - a file was saved; `detail.format` is `txt`, `json`, `srt` or `vtt`
 * @csspart button - one button
 */
export class SpeechExportMenu extends LitElement {
  /** @internal */
  static override styles = [
    theme,
    css`
      div {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      button {
        border: 1px solid var(--_line);
        background: none;
        border-radius: 99px;
        padding: 0.35rem 0.9rem;
        font-size: 0.9rem;
        cursor: pointer;
      }
      button:hover:not(:disabled) {
        border-color: var(--_accent);
      }
      button:disabled {
        cursor: default;
        color: var(--_ink-soft);
      }
    `,
  ]
  /** @internal */
  static override properties = { results: { attribute: false }, fileName: { attribute: 'file-name' } }
  /** What is saved; the buttons are off while it is empty. */
  declare results: readonly SpeechResult[]
  /** Name of the saved file without its ending. Default `transcript`. */
  declare fileName: string

  constructor() {
    super()
    this.results = []
    this.fileName = 'transcript'
  }

  override render() {
    const empty = this.results.length === 0
    return html`<div role="group" aria-label="Save the transcript">
      ${(Object.keys(EXPORT_FORMATS) as ExportFormat[]).map(
        (
          format,
        ) => html`<button part="button" type="button" ?disabled=${empty} data-format=${format} @click=${() => this.#save(format)}>
          <span class="hidden">Save as </span>${EXPORT_FORMATS[format].name}
        </button>`,
      )}
    </div>`
  }

  #save(format: ExportFormat): void {
    const { type, write } = EXPORT_FORMATS[format]
    const url = URL.createObjectURL(new Blob([write(this.results)], { type: `${type};charset=utf-8` }))
    const link = document.createElement('a')
    link.href = url
    link.download = `${this.fileName}.${format}`
    link.click()
    // The download reads the address after this task: it is taken back once that has begun.
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
    this.dispatchEvent(
      new CustomEvent('speech-export', { detail: { format }, bubbles: true, composed: true }),
    )
  }
}

define('speech-export-menu', SpeechExportMenu)
