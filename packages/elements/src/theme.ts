import { css } from 'lit'

/**
 * Colours and type of every element. A page changes them by setting the properties of the same name without the underscore on `:root`
 * (`--speech-accent`, …); light and dark follow the page's `color-scheme`.
 */
export const theme = css`
  :host {
    --_ink: var(--speech-ink, light-dark(#1d1a16, #f4efe6));
    --_ink-soft: var(--speech-ink-soft, light-dark(#645c51, #b3a998));
    --_surface: var(--speech-surface, light-dark(#fbf8f2, #171512));
    --_raised: var(--speech-surface-raised, light-dark(#fff, #221f1a));
    --_line: var(--speech-line, light-dark(#e4dccd, #3a352c));
    --_accent: var(--speech-accent, light-dark(#b8431f, #ff9a6b));
    --_accent-ink: var(--speech-accent-ink, light-dark(#fff, #23120a));
    --_ok: var(--speech-ok, light-dark(#2c7a4b, #6fd39a));
    --_warn: var(--speech-warn, light-dark(#8a5a00, #f0be5a));
    --_bad: var(--speech-bad, light-dark(#a3262a, #ff8f8a));
    --_radius: var(--speech-radius, 14px);
    --_mono: var(--speech-mono, ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace);
    display: block;
    color: var(--_ink);
    font-family: var(--speech-font, inherit);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
  }
  button {
    font: inherit;
    color: inherit;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before {
      transition: none !important;
      animation: none !important;
    }
  }
`
