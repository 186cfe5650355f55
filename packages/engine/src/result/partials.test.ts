import { expect, test } from 'vitest'
import { scriptedResult } from '../testing/scripted-result.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { PartialStabilizer } from './partials.ts'

function stabilities(texts: readonly string[], id = 0): number[] {
  const stabilizer = new PartialStabilizer()
  return texts.map((text) => stable(stabilizer, text, id))
}

function stable(stabilizer: PartialStabilizer, text: string, id = 0): number {
  const segment = { id, samples: new Float32Array(1600), startSamples: 0 }
  return stabilizer.update(scriptedResult(text, segment)).stableLength
}

test('the words two decodes agree on are stable, a word still growing is not', () => {
  expect(stabilities(['the tri', 'the tribal chief', 'the tribal chieftain called'])).toEqual([0, 4, 11])
})

test('Chinese and Japanese are stable to the character, Korean to the word', () => {
  expect(stabilities(['开放时', '开放世间'])).toEqual([0, 2])
  expect(stabilities(['うちのち', 'うちの中学'])).toEqual([0, 3])
  expect(stabilities(['조금만 생각', '조금만 생각을'])).toEqual([0, 4])
})

test('what is stable stays so while the text does not contradict it, and shrinks when it does', () => {
  expect(stabilities(['go on', 'go on.', 'go on. yes', 'go on. yet', 'go only', 'stop'])).toEqual([
    0, 3, 6, 7, 3, 0,
  ])
})

test('no character outside the basic plane is split', () => {
  expect(stabilities(['好𠮷', '好𠮸'])).toEqual([0, 1])
  expect(stabilities(['好 𐐀𐐁', '好 𐐀𐐁'])).toEqual([0, 2])
})

test('random texts: the stable prefix shrinks only when the text contradicts it, and both texts begin with it', () => {
  const random = seededRandom(3)
  const alphabet = ['a', 'b', ' ', '.', '好', '𠮷', '한']
  const stabilizer = new PartialStabilizer()
  let [text, stableText] = ['', '']
  for (let step = 0; step < 3000; step += 1) {
    const kept = random() < 0.8 && text.length < 60 ? text : text.slice(0, Math.floor(random() * text.length))
    const next =
      (/[\ud800-\udbff]$/.test(kept) ? '' : kept) + alphabet[Math.floor(random() * alphabet.length)]
    const nextStable = next.slice(0, stable(stabilizer, next))
    if (next.startsWith(stableText)) expect(nextStable.startsWith(stableText)).toBe(true)
    expect(text.startsWith(nextStable)).toBe(true)
    expect(nextStable).toMatch(/^$|[ .好𠮷]$/u)
    stableText = nextStable
    text = next
  }
})

test('a new segment starts anew, and so does everything after reset', () => {
  const stabilizer = new PartialStabilizer()
  expect([stable(stabilizer, 'yes.', 0), stable(stabilizer, 'yes.', 0)]).toEqual([0, 4])
  expect(stable(stabilizer, 'yes.', 1)).toBe(0)
  stabilizer.reset()
  expect(stable(stabilizer, 'yes.', 1)).toBe(0)
})
