import { expect, type Page, test } from '@playwright/test'
import { withResults } from '../support/demo-page.ts'

const CONTROLS = 'a[href], button:enabled, select:enabled, input:enabled, summary, audio, [tabindex="0"]'

/** How many controls the page has, those inside of elements too. */
function countControls(page: Page): Promise<number> {
  return page.evaluate((selector) => {
    const count = (root: Document | ShadowRoot): number =>
      [...root.querySelectorAll('*')].reduce(
        (sum, node) => sum + Number(node.matches(selector)) + (node.shadowRoot ? count(node.shadowRoot) : 0),
        0,
      )
    return count(document)
  }, CONTROLS)
}

/** What has the focus, and whether something can be seen of it; undefined once the page is left. */
function focused(page: Page): Promise<{ name: string; seen: boolean } | undefined> {
  return page.evaluate(() => {
    let node = document.activeElement
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
    if (!(node instanceof HTMLElement) || node === document.body) return undefined
    // The file input is drawn as the words beside it.
    const drawn = node.matches('.pick input') ? node.nextElementSibling : node
    const { outlineStyle, outlineWidth } = getComputedStyle(drawn ?? node)
    const name = node.dataset['testid'] ?? node.ariaLabel ?? node.textContent.replace(/\s+/g, ' ').trim()
    return { name, seen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1 }
  })
}

test('Tab goes through every control in the order of the page, and shows where it is', async ({ page }) => {
  await withResults(page)
  const controls = await countControls(page)
  const names: string[] = []
  const unseen: string[] = []
  await page.getByRole('link', { name: 'Skip to the transcript' }).focus()
  // The player has buttons of its own inside: the walk has more steps than the page has controls.
  for (let presses = 0; presses < controls + 20; presses += 1) {
    await page.keyboard.press('Tab')
    const here = await focused(page)
    if (here === undefined) break
    if (here.name !== names.at(-1)) names.push(here.name)
    if (!here.seen) unseen.push(here.name)
  }
  expect(unseen).toEqual([])
  const buttons = ['listen', 'microphone', 'language', 'file', 'English digits', 'Clear', 'The analyzed file']
  const cards = [
    'Save as WebVTT',
    'Latency table',
    'model-files',
    'Look',
    'Use this server',
    'Settings',
    'hang-over',
  ]
  const expected = [...buttons, ...cards, 'origins and licences']
  expect(names.filter((name) => expected.includes(name))).toEqual(expected)
  // All but the link that the walk set out from.
  expect(names.length).toBeGreaterThanOrEqual(controls - 1)
})
