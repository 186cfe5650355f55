import { expect, test } from 'vitest'
import { flavourOf } from './model-flavour.ts'

test('tells the two exports apart by their inputs', () => {
  expect(flavourOf(['x', 'x_length', 'language', 'text_norm'], ['logits'])).toBe('sherpa')
  const funasr = ['speech', 'speech_lengths', 'language', 'textnorm']
  expect(flavourOf(funasr, ['ctc_logits', 'encoder_out_lens'])).toBe('funasr')
})

test.each([
  ['Whisper', ['mel', 'tokens'], ['logits']],
  ['an export without prompts', ['x', 'x_length'], ['logits']],
  ['SenseVoice with something more to feed', ['x', 'x_length', 'language', 'text_norm', 'cache'], ['logits']],
  ['SenseVoice without logits', ['x', 'x_length', 'language', 'text_norm'], ['ids']],
])('refuses %s and names its inputs', (_, inputs, outputs) => {
  expect(() => flavourOf(inputs, outputs)).toThrow(
    expect.objectContaining({
      code: 'model-unsupported',
      message: expect.stringContaining(inputs.join(', ')),
    }),
  )
})
