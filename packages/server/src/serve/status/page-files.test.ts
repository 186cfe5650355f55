import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PageFiles } from './page-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'sensevoice-page-'))
beforeAll(() => {
  mkdirSync(join(folder, 'page/assets'), { recursive: true })
  writeFileSync(join(folder, 'page/index.html'), '<!doctype html>')
  writeFileSync(join(folder, 'page/assets/a.js'), 'export {}')
  writeFileSync(join(folder, 'page/assets/a.js.map'), '{}')
  writeFileSync(join(folder, 'secret.html'), 'no')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('PageFiles', () => {
  test('holds the files of the page with their types', () => {
    const files = new PageFiles(join(folder, 'page'))
    expect(files.get('index.html')?.type).toBe('text/html; charset=utf-8')
    expect(files.get('assets/a.js')?.type).toBe('text/javascript; charset=utf-8')
    expect(String(files.get('assets/a.js')?.bytes)).toBe('export {}')
  })

  test('holds nothing else', () => {
    const files = new PageFiles(join(folder, 'page'))
    for (const path of ['assets/a.js.map', '../secret.html', 'assets/../../secret.html', 'assets', '']) {
      expect(files.get(path)).toBeUndefined()
    }
  })

  test('is empty where the page was not built', () => {
    expect(new PageFiles(join(folder, 'nothing')).get('index.html')).toBeUndefined()
  })
})
