import { emotionName, LANGUAGE_NAMES } from '@sensevoice-web/elements/names'
import type { SpeechResult } from '@sensevoice-web/engine'
import { html, nothing, type TemplateResult } from 'lit'
import { keyed } from 'lit/directives/keyed.js'

/** Tells screen readers of each new result. A new node a result: the same words said twice are two announcements. */
export function announcement(result: SpeechResult | undefined): TemplateResult {
  return html`<p class="hidden" role="status" data-announced>${
    result === undefined || result.text === ''
      ? nothing
      : keyed(
          result.segmentId,
          html`<span>${result.text} ${LANGUAGE_NAMES[result.language]}, ${emotionName(result)}.</span>`,
        )
  }</p>`
}
