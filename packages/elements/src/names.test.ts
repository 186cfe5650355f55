import { expect, test } from 'vitest'
import { emotionName } from './names.ts'

test('an emotion is only named when the model is not mostly unsure', () => {
  expect(emotionName({ emotion: 'sad', emotionUnknown: 0.2 })).toBe('Sad')
  expect(emotionName({ emotion: 'sad', emotionUnknown: 0.98 })).toBe('Emotion unclear')
})
