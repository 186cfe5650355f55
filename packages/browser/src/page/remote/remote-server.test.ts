import { SpeechError } from '@sensevoice-web/engine'
import { expect, test } from 'vitest'
import { remoteServer } from './remote-server.ts'

const PAGE = 'https://example.org/app/'

test('an address, relative or of http, is that of a WebSocket; the token is for the wire alone', () => {
  expect(remoteServer('wss://a.example/ws/x', PAGE)).toEqual({
    url: 'wss://a.example/ws/x',
    host: 'a.example',
    fallback: true,
    patienceMs: 5000,
    reply: false,
  })
  expect(remoteServer(new URL('http://127.0.0.1:8790/ws/x'), PAGE).url).toBe('ws://127.0.0.1:8790/ws/x')
  const { url, host } = remoteServer({ url: '/ws/x', token: 'a b&c', fallback: false }, PAGE)
  expect(url).toBe('wss://example.org/ws/x?token=a+b%26c')
  expect(host).toBe('example.org')
})

test.each([
  ['ftp://example.org'],
  ['http://['],
  [{ url: '/ws/x', patienceMs: 5 }],
  [{ url: '/ws/x', patienceMs: Number.NaN }],
])('%j is refused', (remote) => {
  expect(() => remoteServer(remote, PAGE)).toThrow(SpeechError)
})
