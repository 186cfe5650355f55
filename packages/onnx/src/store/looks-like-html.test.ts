import { expect, test } from 'vitest'
import { looksLikeHtml } from './looks-like-html.ts'

test.each([
  ['<!DOCTYPE html><title>Sign in</title>', true],
  ['\n  <html lang="en">', true],
  ['\ufeff<!doctype html>', true],
  ['<unk> 0\n<s> 1\n', false],
  ['', false],
])('%j is a web page: %s', (text, expected) => {
  expect(looksLikeHtml(new TextEncoder().encode(text))).toBe(expected)
})
