import { describe, expect, test } from 'vitest'
import { holdsModel, modelFiles } from './model-files.ts'

const file = (name: string) => new File(['x'], name)

describe('modelFiles', () => {
  test('tells model, tokens and cmvn apart by their names', () => {
    const [model, tokens, cmvn] = [file('Model.ONNX'), file('tokens.json'), file('am.mvn')]
    expect(modelFiles([tokens, cmvn, model])).toEqual({ model, tokens, cmvn })
    expect(modelFiles([model, tokens])).toEqual({ model, tokens })
  })

  test.each([
    [['model.onnx'], /token list .* is missing/],
    [['tokens.txt'], /model \(\.onnx\) is missing/],
    [['a.onnx', 'b.onnx', 'tokens.txt'], /two files that may be the model/],
  ])('refuses %s', (names, message) => {
    expect(() => modelFiles(names.map(file))).toThrow(message)
  })

  test('sound is no model', () => {
    expect(holdsModel([file('speech.wav')])).toBe(false)
    expect(holdsModel([file('speech.wav'), file('m.onnx')])).toBe(true)
  })
})
