import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import { define } from './define.ts'
import { theme } from './theme.ts'

/** How recognition runs on this machine; `SpeechAnalyzer.runtime` has this shape. */
export interface RuntimeFacts {
  readonly provider: string
  readonly threads: number
  readonly isolated: boolean
  /** One sentence: why so. */
  readonly reason: string
}

/**
 * Which provider recognizes and on how many threads, or that a server does; the reason is a tooltip and is read out.
 *
 * @csspart badge - the badge
 */
export class SpeechRuntimeBadge extends LitElement {
  /** @internal */
  static override styles = [
    theme,
    css`
      :host {
        display: inline-block;
      }
      span[part] {
        display: inline-block;
        border: 1px solid var(--_line);
        border-radius: 99px;
        padding: 0.2rem 0.7rem;
        font-size: 0.82rem;
        color: var(--_ink-soft);
        white-space: nowrap;
      }
    `,
  ]
  /** @internal */
  static override properties = { runtime: { attribute: false } }
  /** Nothing is shown while undefined. */
  declare runtime: RuntimeFacts | undefined

  override render(): TemplateResult | typeof nothing {
    if (this.runtime === undefined) return nothing
    const { provider, threads, reason } = this.runtime
    const words =
      provider === 'remote'
        ? 'SERVER'
        : `${provider.toUpperCase()} · ${threads} ${threads === 1 ? 'thread' : 'threads'}`
    return html`<span part="badge" title=${reason}>${words}<span class="hidden">. ${reason}</span></span>`
  }
}

define('speech-runtime-badge', SpeechRuntimeBadge)
