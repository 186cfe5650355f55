import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Who may connect. */
export type TokenRule =
  | { readonly type: 'none' }
  /** One for all devices. */
  | { readonly type: 'one'; readonly token: string }
  | { readonly type: 'devices'; readonly tokens: ReadonlyMap<string, string> }
  /** Made by `signToken` with the same secret. */
  | { readonly type: 'signed'; readonly secret: string }

/** @param nowSeconds since 1970 */
export function admits(
  rule: TokenRule,
  device: string,
  token: string | undefined,
  nowSeconds: number,
): boolean {
  if (rule.type === 'none') return true
  if (token === undefined) return false
  switch (rule.type) {
    case 'one':
      return equal(token, rule.token)
    case 'devices':
      return equal(token, rule.tokens.get(device) ?? '') && rule.tokens.has(device)
    case 'signed': {
      const expires = Number(/^[\w-]+\.(\d{1,12})$/.exec(token)?.[1] ?? Number.NaN)
      return expires > nowSeconds && equal(token, signToken(rule.secret, device, expires))
    }
  }
}

/**
 * A token that one device may use until it expires.
 *
 * @param expires whole seconds since 1970
 */
export function signToken(secret: string, device: string, expires: number): string {
  const signature = createHmac('sha256', secret).update(`${device}.${expires}`).digest('base64url')
  return `${signature}.${expires}`
}

/** Takes the same time wherever they differ, and however long they are. */
function equal(given: string, right: string): boolean {
  const [one, other] = [given, right].map((text) => createHash('sha256').update(text).digest()) as [
    Buffer,
    Buffer,
  ]
  return timingSafeEqual(one, other)
}
