import { cpSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { ROOT, textOf } from './read-files.ts'

const RULES = textOf('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ kept: line.startsWith('!'), text: line.replace(/^!/, '') }))
  .map((rule) => ({ ...rule, pattern: expression(rule.text) }))

/** A pattern of .dockerignore; only `*` within a name and a leading `**` are used there. */
function expression(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'))
  return new RegExp(`^${source}$`)
}

/** Whether Docker is sent this file: the last rule that fits it or a folder above decides. */
export function isSent(path: string): boolean {
  const above = [path]
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) above.push(folder)
  return RULES.findLast(({ pattern }) => above.some((one) => pattern.test(one)))?.kept ?? true
}

/** Whether Docker is sent anything of this file or folder. */
function isOpened(path: string): boolean {
  return isSent(path) || RULES.some(({ kept, text }) => kept && text.startsWith(`${path}/`))
}

/** What COPY does with a file or folder of the context. @throws Error when .dockerignore leaves it out */
export function copyFromContext(source: string, target: string): void {
  const name = source.replace(/^\/|\/$/g, '')
  if (!isOpened(name)) throw new Error(`${name} is left out by .dockerignore`)
  const isFolder = statSync(ROOT + name).isDirectory()
  cpSync(ROOT + name, !isFolder && target.endsWith('/') ? join(target, basename(name)) : target, {
    recursive: true,
    filter: (path) => isOpened(relative(ROOT, path)),
  })
}
