/** Whoever awaits `opening` goes on once `open` was called. */
export function gate() {
  let open = () => {}
  const opening = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opening }
}
