const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** The answer with the headers that give a page WASM threads; an opaque or failed one as it is. */
export function isolated(response: Response): Response {
  if (response.type === 'opaque' || response.type === 'opaqueredirect' || response.status === 0)
    return response
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value)
  const { status, statusText } = response
  // A body is forbidden with these.
  const body = [101, 204, 205, 304].includes(status) ? null : response.body
  return new Response(body, { status, statusText, headers })
}
