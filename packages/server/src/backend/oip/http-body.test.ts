import { expect, test } from 'vitest'
import { readInferBody } from './http-body.ts'

const encoder = new TextEncoder()

function message(header: unknown, raw: readonly number[] = []) {
  const json = encoder.encode(JSON.stringify(header))
  return { body: Uint8Array.from([...json, ...raw]), length: String(json.length) }
}

const ids = { name: 'ids', datatype: 'INT32', shape: [1, 2] }

test('reads raw and written-out values of one answer, nested as flat', () => {
  const { body, length } = message(
    {
      outputs: [
        { ...ids, parameters: { binary_data_size: 8 } },
        { name: 'p', datatype: 'FP32', shape: [1, 2], data: [[0.5, 0.25]] },
      ],
    },
    [1, 0, 0, 0, 255, 255, 255, 255],
  )
  const { outputs, version } = readInferBody(body, length)
  expect(outputs.get('ids')?.data).toEqual(Int32Array.of(1, -1))
  expect(outputs.get('p')?.data).toEqual(Float32Array.of(0.5, 0.25))
  expect(version).toBe('')
})

test.each([
  ['no JSON', { body: encoder.encode('{"outputs": ['), length: null }, 'no JSON'],
  ['no outputs', message({ error: 'x' }), 'no outputs'],
  ['outputs that are no list', message({ outputs: { ids } }), 'no outputs'],
  ['an output without a name', message({ outputs: [{ ...ids, name: 7 }] }), 'no name'],
  ['an output without values', message({ outputs: [ids] }), '0 values instead of 2'],
  ['values that are no numbers', message({ outputs: [{ ...ids, data: [1, '2'] }] }), 'no numbers'],
  [
    'a tensor that is cut',
    message({ outputs: [{ ...ids, parameters: { binary_data_size: 8 } }] }, [1, 2, 3]),
    'in the middle',
  ],
  [
    'a negative size',
    message({ outputs: [{ ...ids, parameters: { binary_data_size: -8 } }] }),
    'in the middle',
  ],
  ['bytes behind the last tensor', message({ outputs: [{ ...ids, data: [1, 2] }] }, [9]), '1 bytes follow'],
  ['a header longer than the body', { ...message({ outputs: [] }), length: '9999' }, 'header says 9999'],
  ['a header length that is no number', { ...message({ outputs: [] }), length: 'x' }, 'header says x'],
])('refuses %s', (_, { body, length }, words) => {
  expect(() => readInferBody(body, length)).toThrow(expect.objectContaining({ kind: 'bad-answer' }))
  expect(() => readInferBody(body, length)).toThrow(words)
})
