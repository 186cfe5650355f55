import type { LoadProgress } from '@sensevoice-web/engine'

const EVERY_MS = 50

/** A download of 240 MB comes in thousands of pieces: the page hears of them 20 times a second, and of every beginning and end. */
export function throttled(onProgress: (progress: LoadProgress) => void): (progress: LoadProgress) => void {
  let stage: LoadProgress['stage'] | undefined
  let toldAt = 0
  return (progress) => {
    const now = performance.now()
    const edge = progress.stage !== stage || progress.loadedBytes === progress.totalBytes
    if (!edge && now - toldAt < EVERY_MS) return
    stage = progress.stage
    toldAt = now
    onProgress(progress)
  }
}
