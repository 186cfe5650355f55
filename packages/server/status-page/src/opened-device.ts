const KEY = 'device'

/** The device that the address names, so that a reload and the back button keep to it. */
export function openedDevice(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get(KEY) ?? undefined
}

export function openDevice(device: string | undefined): void {
  const hash = device === undefined ? '' : `#${new URLSearchParams({ [KEY]: device })}`
  history.pushState(null, '', `${location.pathname}${hash}`)
}
