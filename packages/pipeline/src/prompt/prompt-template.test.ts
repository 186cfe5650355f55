import { describe, expect, test } from 'vitest'
import { heard } from '../testing/heard.ts'
import { PromptTemplate } from './prompt-template.ts'

describe('a template owned by the user', () => {
  test('carries text, emotion, language and sound events', () => {
    const template = new PromptTemplate('[{language}|{emotion}|{events}] {text}')
    const result = heard('that was fun', { emotion: 'happy', eventScores: { speech: 0.3, laughter: 0.7 } })
    expect(template.fill(result)).toBe('[en|happy|laughter] that was fun')
  })

  test('leaves out a line about something that is not sure', () => {
    const template = new PromptTemplate('{text}\nMood: {emotion}\nSounds: {events}\nAnswer in {language}.')
    expect(template.fill(heard('hello', { emotion: 'sad', emotionScore: 0.4 }))).toBe('hello\nAnswer in en.')
    expect(template.fill(heard('hello', { emotion: 'sad', languageScores: { en: 0.4, zh: 0.3 } }))).toBe(
      'hello\nMood: sad',
    )
  })

  test('claims no emotion that is only the likeliest of the known ones', () => {
    const result = heard('hm', { emotion: 'angry', emotionScore: 0.1 })
    expect(result.emotionScores.angry).toBe(1)
    expect(new PromptTemplate().fill(result)).not.toContain('angry')
    expect(new PromptTemplate('{text} ({emotion}, {events})').fill(result)).toBe('hm (unknown, none)')
  })

  test('takes a forced language as sure, and nobody speaking as no language', () => {
    const forced = heard('oi', { language: 'ja', languageForced: true, languageScores: {} })
    expect(new PromptTemplate('{text} {language}').fill(forced)).toBe('oi ja')
    const nobody = heard('oi', { language: 'nospeech', languageScores: { nospeech: 1 } })
    expect(new PromptTemplate('{text} {language}').fill(nobody)).toBe('oi unknown')
  })

  test('takes its thresholds from the user, likeliest event first', () => {
    const result = heard('hi', { eventScores: { speech: 0.3, cough: 0.25, bgm: 0.3, gbg: 0.3 } })
    expect(new PromptTemplate('{text} {events}', { event: 0.2 }).fill(result)).toBe('hi bgm, cough')
  })

  test('does not read what was said as a template', () => {
    expect(
      new PromptTemplate('{text} is {emotion}').fill(heard('{emotion} $& {text}', { emotion: 'sad' })),
    ).toBe('{emotion} $& {text} is sad')
  })

  test('leaves other braces alone', () => {
    expect(new PromptTemplate('{"said": "{text}", "x": {"y": 1}}').fill(heard('hi'))).toBe(
      '{"said": "hi", "x": {"y": 1}}',
    )
  })

  test.each([
    ['{text} {mood}', '{mood}'],
    ['{text} {constructor}', '{constructor}'],
    ['only {emotion}', 'no place for what was said'],
    ['', 'no place for what was said'],
  ])('refuses %j at once', (template, said) => {
    expect(() => new PromptTemplate(template)).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
    expect(() => new PromptTemplate(template)).toThrow(said)
  })

  test.each([0, -1, 1.1, Number.NaN])('refuses the threshold %s', (emotion) => {
    expect(() => new PromptTemplate('{text}', { emotion })).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    )
  })
})
