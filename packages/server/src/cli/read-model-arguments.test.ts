import { expect, test } from 'vitest'
import { readArguments } from './read-arguments.ts'

const taken = (args: unknown) => ({ type: 'model', arguments: args })

test.each([
  [['fetch', 'sensevoice-small'], { command: 'fetch', model: 'sensevoice-small' }],
  [
    ['fetch', 'https://a/m.onnx', '--tokens', 'https://a/t.txt'],
    { command: 'fetch', model: 'https://a/m.onnx', tokens: 'https://a/t.txt' },
  ],
  [
    ['fetch', 'https://a/m.onnx', '--cmvn', 'https://a/am.mvn'],
    { command: 'fetch', model: 'https://a/m.onnx', cmvn: 'https://a/am.mvn' },
  ],
  [['list'], { command: 'list', json: false }],
  [['list', '--json'], { command: 'list', json: true }],
  [['remove', 'small'], { command: 'remove', model: 'small' }],
  [['verify', 'small'], { command: 'verify', model: 'small' }],
  [['--json', 'inspect', 'm.onnx'], { command: 'inspect', model: 'm.onnx', json: true }],
])('model %j is taken', (argv, wanted) => {
  expect(readArguments(['model', ...argv])).toEqual(taken(wanted))
})

test.each([
  [[], /one of fetch, list, remove, verify/],
  [['delete', 'x'], /no command "model delete"/],
  [['fetch'], /needs a model/],
  [['fetch', 'a', 'b'], /takes one model, but 2/],
  [['list', 'a'], /takes no name/],
  [['fetch', 'a', '--json'], /no option --json/],
  [['verify', 'a', '--tokens', 't'], /no option --tokens/],
  [['list', '--faster'], /--faster/],
  [['constructor', 'x'], /no command/],
])('model %j is wrong and says why', (argv, message) => {
  expect(readArguments(['model', ...argv])).toEqual({
    type: 'wrong',
    message: expect.stringMatching(message),
  })
})

test('model --help asks for text', () => {
  expect(readArguments(['model', '--help'])).toEqual({ type: 'help' })
})
