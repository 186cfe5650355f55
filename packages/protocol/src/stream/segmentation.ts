import {
  DEFAULT_SEGMENTER_OPTIONS,
  type SegmenterOptions,
  validSegmenterOptions,
} from '@sensevoice-web/engine'
import type { Fields } from '../fields.ts'

const NAMES = Object.keys(DEFAULT_SEGMENTER_OPTIONS) as (keyof SegmenterOptions)[]

/** @throws SpeechError `invalid-argument` for values that are no numbers or out of range; names that are unknown are left out */
export function readSegmentation(fields: Fields): Partial<SegmenterOptions> {
  const options: Partial<Record<keyof SegmenterOptions, number>> = {}
  for (const name of NAMES) {
    if (!fields.has(name)) continue
    const value = fields.raw(name)
    if (typeof value !== 'number') throw fields.wrong(name, 'must be a number')
    options[name] = value
  }
  validSegmenterOptions(options)
  return options
}
