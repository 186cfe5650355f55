import { expect, test } from 'vitest'
import { analyzerSettings, DEFAULT_SETTINGS, readSettings } from './settings-store.ts'

test('whatever lies in the store gives valid settings', () => {
  for (const stored of [
    null,
    7,
    'x',
    [],
    { language: 'xx', withItn: 'yes', speechThreshold: 5, hangOverMs: -1, theme: 1 },
  ]) {
    expect(readSettings(stored)).toEqual(DEFAULT_SETTINGS)
  }
})

test('valid values are kept beside wrong ones', () => {
  expect(
    readSettings({
      language: 'yue',
      hangOverMs: 800,
      theme: 'dark',
      withItn: false,
      speechThreshold: 'loud',
    }),
  ).toEqual({
    language: 'yue',
    hangOverMs: 800,
    theme: 'dark',
    withItn: false,
    speechThreshold: 0.5,
  })
})

test('the silence threshold stays below the speech threshold', () => {
  expect(analyzerSettings({ ...DEFAULT_SETTINGS, speechThreshold: 0.2 }).vad.silenceThreshold).toBe(0.1)
  expect(analyzerSettings(DEFAULT_SETTINGS).vad).toEqual({
    speechThreshold: 0.5,
    silenceThreshold: 0.25,
    hangOverMs: 640,
  })
})
