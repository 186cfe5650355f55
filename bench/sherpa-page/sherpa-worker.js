// The npm package sherpa-onnx in a classic worker. Its WASM build wants Node, so it is given what it uses of Node: modules by require(), and files, which
// are paths of this site, read whole and kept in memory.
const PACKAGE = '/sherpa-onnx/'

const contents = new Map()
function contentOf(path) {
  const kept = contents.get(path)
  if (kept !== undefined) return kept
  const request = new XMLHttpRequest()
  request.open('GET', path, false)
  request.responseType = 'arraybuffer'
  request.send()
  if (request.status !== 200) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
  const content = new Uint8Array(request.response)
  contents.set(path, content)
  return content
}

const REGULAR_FILE = 0o100644
const LONG_AGO = new Date(0)
const statOf = (path) => ({
  ino: 1,
  mode: REGULAR_FILE,
  size: contentOf(path).length,
  atime: LONG_AGO,
  mtime: LONG_AGO,
  ctime: LONG_AGO,
  isDirectory: () => false,
  isFile: () => true,
})

const opened = []
const fs = {
  readFileSync: contentOf,
  lstatSync: statOf,
  statSync: statOf,
  openSync: (path) => opened.push({ path, at: 0 }) - 1,
  fstatSync: (file) => statOf(opened[file].path),
  closeSync() {},
  readSync(file, buffer, offset, length, position) {
    const found = opened[file]
    const from = position ?? found.at
    const bytes = contentOf(found.path).subarray(from, from + length)
    buffer.set(bytes, offset)
    if (position == null) found.at += bytes.length
    return bytes.length
  },
}

const path = {
  isAbsolute: (name) => name.startsWith('/'),
  normalize: (name) => name,
  dirname: (name) => name.slice(0, name.lastIndexOf('/')) || '/',
  basename: (name) => name.slice(name.lastIndexOf('/') + 1),
  join: (...names) => names.join('/'),
}
path.posix = { ...path, resolve: (...names) => names.findLast((name) => name.startsWith('/')) }

globalThis.process = {
  versions: { node: '20.0.0' },
  argv: [],
  env: {},
  platform: 'linux',
  cwd: () => '/',
  on() {},
  binding: () => ({ fs: {} }),
}

const NODE = { fs, path, crypto: { randomFillSync: (view) => crypto.getRandomValues(view) } }
const required = new Map()
function require(name) {
  if (name in NODE) return NODE[name]
  const kept = required.get(name)
  if (kept !== undefined) return kept.exports
  const module = { exports: {} }
  required.set(name, module)
  const source = new TextDecoder().decode(contentOf(PACKAGE + name.replace('./', '')))
  const run = new Function('module', 'exports', 'require', '__dirname', '__filename', source)
  run(module, module.exports, require, PACKAGE.slice(0, -1), name)
  return module.exports
}

let recognizer

const CALLS = {
  load({ config }) {
    for (const file of [config.modelConfig.senseVoice.model, config.modelConfig.tokens]) contentOf(file)
    const started = performance.now()
    recognizer = require('./index.js').createOfflineRecognizer(config)
    // The files are in its memory now.
    contents.clear()
    return { ms: performance.now() - started }
  },
  recognize({ samples }) {
    const started = performance.now()
    const stream = recognizer.createStream()
    stream.acceptWaveform(16_000, samples)
    recognizer.decode(stream)
    const { text } = recognizer.getResult(stream)
    stream.free()
    return { ms: performance.now() - started, text }
  },
}

self.onmessage = ({ data: { type, ...call } }) => {
  try {
    self.postMessage(CALLS[type](call))
  } catch (error) {
    self.postMessage({ error: String(error?.stack ?? error) })
  }
}
