import { css } from 'lit'

export const transcriptStyle = css`
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    gap: 0.35rem;
  }
  button {
    all: unset;
    box-sizing: border-box;
    display: grid;
    gap: 0.2rem;
    width: 100%;
    padding: 0.65rem 0.9rem;
    border-radius: var(--_radius);
    cursor: pointer;
    border-inline-start: 3px solid transparent;
    transition: background-color 0.2s;
  }
  button:hover {
    background: color-mix(in oklab, var(--_accent) 7%, transparent);
  }
  button[aria-pressed='true'] {
    background: color-mix(in oklab, var(--_accent) 12%, transparent);
    border-inline-start-color: var(--_accent);
  }
  button[data-playing] [part='text'] {
    color: var(--_accent);
  }
  button:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  [part='text'] {
    font-size: clamp(1.15rem, 0.9rem + 1vw, 1.6rem);
    line-height: 1.35;
    overflow-wrap: anywhere;
  }
  [part='text'] i {
    color: var(--_ink-soft);
  }
  mark {
    background: var(--_accent);
    color: var(--_accent-ink);
    border-radius: 4px;
  }
  [part='meta'] {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem 0.8rem;
    font-size: 0.82rem;
    color: var(--_ink-soft);
  }
  time {
    font-family: var(--_mono);
  }
  [part='partial'] {
    margin: 0.5rem 0 0;
    padding: 0 0.9rem;
    border-inline-start: 3px solid var(--_line);
    font-size: clamp(1.5rem, 1rem + 2.2vw, 2.4rem);
    line-height: 1.25;
    text-wrap: pretty;
  }
  .open {
    color: var(--_ink-soft);
    font-style: italic;
  }
`
