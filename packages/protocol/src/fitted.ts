/** Length in UTF-8, of a text without halves of surrogate pairs, as `JSON.stringify` writes it. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) continue
    // A pair is 4 bytes: 2 for each half.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return bytes
}

/**
 * A message as JSON of `mostBytes` in UTF-8 at most: the text in one field is cut to what fits, between characters, and `truncated` names it.
 */
export function fitted<Field extends string, Message extends Readonly<Record<Field, string>>>(
  message: Message,
  field: Field,
  mostBytes: number,
): string {
  const whole = JSON.stringify(message)
  if (byteLength(whole) <= mostBytes) return whole
  const characters = [...message[field]]
  const write = (count: number) =>
    JSON.stringify({ ...message, [field]: characters.slice(0, count).join(''), truncated: [field] })
  let [fits, tooMany] = [0, characters.length]
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (byteLength(write(middle)) <= mostBytes) fits = middle
    else tooMany = middle
  }
  return write(fits)
}
