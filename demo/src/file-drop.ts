/** Handlers that make an element take dropped files. */
export interface FileDrop {
  readonly over: (event: DragEvent) => void
  readonly leave: (event: DragEvent) => void
  readonly drop: (event: DragEvent) => void
}

/** @param told `hover` while files are held above, `files` once they are let go */
export function fileDrop(told: {
  hover(over: boolean): void
  files(files: readonly File[]): unknown
}): FileDrop {
  return {
    over(event) {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      told.hover(true)
    },
    leave(event) {
      // Leaving for a child is not leaving.
      const to = event.relatedTarget
      if (!(to instanceof Node && (event.currentTarget as Node).contains(to))) told.hover(false)
    },
    drop(event) {
      event.preventDefault()
      told.hover(false)
      const files = [...(event.dataTransfer?.files ?? [])]
      if (files.length > 0) told.files(files)
    },
  }
}
