import { expect, test } from 'vitest'
import { factsFromCmvn } from './facts-from-cmvn.ts'

const numbers = (count: number, value: number) => Array<number>(count).fill(value).join(' ')
const cmvn = (shifts: number, scales = shifts) => `<Nnet> 
<Splice> ${shifts} ${shifts}
[ 0 ]
<AddShift> ${shifts} ${shifts} 
<LearnRateCoef> 0 [ ${numbers(shifts, -8.5)} ]
<Rescale> ${scales} ${scales}
<LearnRateCoef> 0 [ ${numbers(scales, 0.25)} ]
</Nnet>`

test('shift and scale become the front end of a FunASR export', () => {
  const { frontend, ids, flavour, vocabularySize } = factsFromCmvn(cmvn(560), 'funasr', 25_055)
  expect([flavour, vocabularySize]).toEqual(['funasr', 25_055])
  expect(frontend).toMatchObject({
    melBins: 80,
    lfrWindowSize: 7,
    lfrWindowShift: 6,
    normalizeSamples: false,
  })
  expect([frontend.negMean.length, frontend.negMean[559]]).toEqual([560, -8.5])
  expect([frontend.invStddev.length, frontend.invStddev[0]]).toEqual([560, 0.25])
  expect(ids.languages.yue).toBe(7)
})

test.each([
  ['a web page', '<!doctype html>'],
  ['another number of mel bins', cmvn(500)],
  ['scales of another length', cmvn(560, 480)],
  ['words', '<AddShift> [ a b c ] <Rescale> [ 1 2 3 ]'],
])('%s is refused', (_, text) => {
  expect(() => factsFromCmvn(text, 'funasr', 3)).toThrow(expect.objectContaining({ code: 'model-corrupt' }))
})
