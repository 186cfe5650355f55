import { expect, test } from 'vitest'
import { isolated } from './isolated.ts'

test('body, status and headers stay, and the isolation headers come to them', async () => {
  const response = isolated(
    new Response('text', {
      status: 203,
      headers: { 'Content-Type': 'text/html', 'Content-Security-Policy': "default-src 'self'" },
    }),
  )
  expect(response.status).toBe(203)
  expect(response.headers.get('content-type')).toBe('text/html')
  expect(response.headers.get('content-security-policy')).toBe("default-src 'self'")
  expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
  expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin')
  expect(await response.text()).toBe('text')
})

test('an answer without a body stays without', () => {
  expect(isolated(new Response(null, { status: 304 })).body).toBeNull()
})

test('a failed answer is handed on as it is', () => {
  const failed = Response.error()
  expect(isolated(failed)).toBe(failed)
})
