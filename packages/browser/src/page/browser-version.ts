/** The browser and its major version as far as its user agent tells, e.g. "Chrome/137"; else the whole user agent. */
export function browserVersion(userAgent: string): string {
  // Chromium's web views call themselves "Version/4.0" too, so that name comes last.
  const found = /(?:Chrome|Firefox)\/\d+/.exec(userAgent) ?? /Version\/\d+/.exec(userAgent)
  return found?.[0] ?? userAgent
}
