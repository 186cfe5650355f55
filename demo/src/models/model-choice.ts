import { type ModelChoice, ModelStore } from 'sensevoice-web'
import { modelAddress } from '../model-address.ts'

/** Which model a visitor has asked for. */
export type Choice =
  | { readonly type: 'built-in' }
  /** A name or an address, as the store knows it. */
  | { readonly type: 'stored'; readonly source: string }
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
 * The model to begin with: the one of the address (`?model=`), else the last one that was used, if all of it is stored. Nothing is ever downloaded
 * because it was once.
 *
 * @throws SpeechError `invalid-argument` when `?model=` is no address
 */
export async function firstChoice(): Promise<Choice> {
  const wish = new URLSearchParams(location.search).get('model')
  if (wish !== null) return { type: 'stored', source: modelAddress(wish).href }
  const source = remembered()
  if (source === undefined) return BUILT_IN
  const stored = await ModelStore.list().catch(() => [])
  const there = stored.some((model) => model.source === source && model.state === 'complete')
  return there ? { type: 'stored', source } : BUILT_IN
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
