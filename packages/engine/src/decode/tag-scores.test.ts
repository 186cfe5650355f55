import { expect, test } from 'vitest'
import { scriptedOutput } from '../testing/scripted-output.ts'
import { smallVocabulary } from '../testing/small-vocabulary.ts'
import { findTags } from './find-tags.ts'
import { tagScores } from './tag-scores.ts'

const ids = findTags(smallVocabulary())
const sum = (scores: object) => Object.values(scores).reduce((total: number, score) => total + score, 0)

test('every group gives a distribution by name and its most probable name', () => {
  const { tags } = scriptedOutput(ids, {
    frames: 1,
    language: { zh: 1, yue: 3 },
    emotion: { happy: 4, sad: 2, other: 1, unknown: 1 },
    event: { bgm: 7, speech: 1 },
  })
  const scores = tagScores(tags, ids)
  expect(scores.language).toBe('yue')
  expect(scores.languageScores.yue).toBeCloseTo(0.75, 6)
  expect(scores.event).toBe('bgm')
  expect(scores.emotion).toBe('happy')
  expect(scores.emotionUnknown).toBeCloseTo(0.25, 6)
  expect(scores.emotionScores.happy).toBeCloseTo(2 / 3, 6)
  expect(scores.emotionScoresWithUnknown.happy).toBeCloseTo(0.5, 6)
  expect(scores.emotionScoresWithUnknown.unknown).toBeCloseTo(0.25, 6)
  const distributions = [
    scores.languageScores,
    scores.emotionScores,
    scores.emotionScoresWithUnknown,
    scores.eventScores,
  ]
  for (const distribution of distributions) expect(sum(distribution)).toBeCloseTo(1, 9)
})

test('an emotion hidden behind a larger unknown mass is still the emotion named', () => {
  const { tags } = scriptedOutput(ids, { frames: 1, emotion: { angry: 1, unknown: 9 } })
  const scores = tagScores(tags, ids)
  expect(scores.emotion).toBe('angry')
  expect(scores.emotionScores.angry).toBeCloseTo(1, 9)
  expect(scores.emotionUnknown).toBeCloseTo(0.9, 6)
})

test('nothing but unknown leaves the seven emotions equal', () => {
  const { tags } = scriptedOutput(ids, { frames: 1, emotion: { unknown: 1 } })
  const scores = tagScores(tags, ids)
  expect(scores.emotionUnknown).toBe(1)
  expect(new Set(Object.values(scores.emotionScores))).toEqual(new Set([1 / 7]))
})
