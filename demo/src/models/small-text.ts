/**
 * The text of an answer that has to be small: whatever a link names is not read without an end.
 *
 * @throws Error when it is longer than `limitBytes`; the rest is not fetched
 */
export async function smallText(response: Response, limitBytes: number): Promise<string> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  for (;;) {
    const piece = await reader?.read()
    if (piece?.value === undefined) return text + decoder.decode()
    bytes += piece.value.length
    if (bytes > limitBytes) {
      await reader?.cancel()
      throw new Error(`it has more than ${limitBytes} bytes`)
    }
    text += decoder.decode(piece.value, { stream: true })
  }
}
