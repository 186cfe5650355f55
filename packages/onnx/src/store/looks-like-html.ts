/** The first bytes of a web page that is sent as something else. Servers of single-page apps answer any address with their page, and with status 200. */
export function looksLikeHtml(start: Uint8Array): boolean {
  const text = new TextDecoder().decode(start.subarray(0, 64)).trimStart().toLowerCase()
  return text.startsWith('<!doctype') || text.startsWith('<html')
}
