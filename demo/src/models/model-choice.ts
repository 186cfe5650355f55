import type { ModelChoice } from 'sensevoice-web'
import { modelAddress } from '../model-address.ts'

/** Which model a visitor has asked for. */
export type Choice =
  | { readonly type: 'built-in' }
  /** A name or an address, as the store knows it. */
  | {
      readonly type: 'stored'
      readonly source: string
      /** `link`: the address of the page names it; `memory`: used at the last visit; `use`, `download`: a click, of which one alone downloads. */
      readonly by: 'link' | 'memory' | 'use' | 'download'
    }
  /** Files of the visitor's own, until the page is closed. */
  | { readonly type: 'files'; readonly name: string; readonly model: ModelChoice }

export const BUILT_IN: Choice = { type: 'built-in' }
const KEY = 'sensevoice-demo-model'

/** What `SpeechAnalyzer.create` is told. */
export function modelOf(choice: Choice): ModelChoice {
  switch (choice.type) {
    case 'built-in':
      return 'tiny'
    case 'stored':
      return choice.source
    case 'files':
      return choice.model
  }
}

/**
 * The model to begin with: the one of the address (`?model=`), else the last one that was used. Neither is a word to download it.
 *
 * @throws SpeechError `invalid-argument` when `?model=` is no address
 */
export function firstChoice(): Choice {
  const wish = new URLSearchParams(location.search).get('model')
  if (wish !== null) return { type: 'stored', source: modelAddress(wish).href, by: 'link' }
  const source = remembered()
  return source === undefined ? BUILT_IN : { type: 'stored', source, by: 'memory' }
}

/** Keeps the choice for the next visit; files are not, since a page may not open them by itself. */
export function remember(choice: Choice): void {
  try {
    if (choice.type === 'stored') localStorage.setItem(KEY, choice.source)
    else localStorage.removeItem(KEY)
  } catch {
    // Storage is forbidden: the choice lasts until the page is closed.
  }
}

function remembered(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}
