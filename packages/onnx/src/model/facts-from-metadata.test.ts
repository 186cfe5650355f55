import { expect, test } from 'vitest'
import { factsFromMetadata } from './facts-from-metadata.ts'

function props(changes: Readonly<Record<string, string | undefined>> = {}): Map<string, string> {
  const all: Record<string, string | undefined> = {
    model_type: 'sense_voice_ctc',
    lfr_window_size: '7',
    lfr_window_shift: '6',
    normalize_samples: '0',
    neg_mean: Array.from({ length: 560 }, (_, index) => -index).join(','),
    inv_stddev: Array.from({ length: 560 }, () => '0.5').join(','),
    vocab_size: '25055',
    comment: 'iic/SenseVoiceSmall',
    lang_auto: '0',
    lang_zh: '3',
    lang_en: '4',
    lang_yue: '7',
    lang_ja: '11',
    lang_ko: '12',
    lang_nospeech: '13',
    with_itn: '14',
    without_itn: '15',
    ...changes,
  }
  return new Map(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

test('reads the facts of the published export', () => {
  const facts = factsFromMetadata(props())
  expect(facts.vocabularySize).toBe(25055)
  expect(facts.languages).toEqual(['zh', 'en', 'yue', 'ja', 'ko', 'nospeech'])
  expect(facts.ids).toEqual({
    blank: 0,
    languages: { auto: 0, zh: 3, en: 4, yue: 7, ja: 11, ko: 12, nospeech: 13 },
    withItn: 14,
    withoutItn: 15,
  })
  expect(facts.frontend).toMatchObject({ lfrWindowSize: 7, lfrWindowShift: 6, normalizeSamples: false })
  expect(facts.frontend.negMean[559]).toBe(-559)
})

test('takes another blank where the export names one', () => {
  expect(factsFromMetadata(props({ blank_id: '5' })).ids.blank).toBe(5)
})

test.each([
  ['another kind of model', { model_type: 'paraformer' }, 'model-unsupported', /paraformer/],
  ['a file without metadata', { model_type: undefined }, 'model-unsupported', /no metadata/],
  ['the Cantonese fine-tune', { comment: 'ASLP-lab/WSYue-ASR' }, 'model-unsupported', /Cantonese/],
  ['the nano variant', { comment: 'FunAudioLLM/Fun-ASR-Nano-2512' }, 'model-unsupported', /funasr-nano/],
  ['the nano variant by its type', { model_type: 'funasr_nano' }, 'model-unsupported', /nano/],
  ['CMVN of another length', { neg_mean: '1,2,3' }, 'model-corrupt', /"neg_mean" should be 560 numbers/],
  ['a prompt row that is no number', { with_itn: 'yes' }, 'model-corrupt', /"with_itn"/],
  ['a missing vocabulary size', { vocab_size: undefined }, 'model-corrupt', /"vocab_size".*missing/],
])('refuses %s by name', (_, changes, code, message) => {
  expect(() => factsFromMetadata(props(changes))).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  )
})
