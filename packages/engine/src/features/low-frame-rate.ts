/** Rows that `stackFrames` makes of so many frames. */
export function stackedRows(frames: number, shift: number): number {
  return Math.ceil(frames / shift)
}

/**
 * Low frame rate: `window` neighbouring frames side by side, every `shift` frames. Row t begins `(window - 1) / 2` frames before frame
 * `t * shift`; where that leaves the sound, its first or last frame is repeated.
 *
 * @param frames `[frameCount, bins]` row by row
 * @param frameCount frames in use; `frames` may be longer
 * @param bins values of one frame
 * @param window frames of a row, 7 for SenseVoice
 * @param shift frames from row to row, 6 for SenseVoice
 * @returns `[ceil(frameCount / shift), window * bins]` row by row, a new array
 */
export function stackFrames(
  frames: Float32Array,
  frameCount: number,
  bins: number,
  window: number,
  shift: number,
): Float32Array {
  const rows = stackedRows(frameCount, shift)
  const stacked = new Float32Array(rows * window * bins)
  const lead = Math.floor((window - 1) / 2)
  let write = 0
  for (let row = 0; row < rows; row += 1) {
    for (let slot = 0; slot < window; slot += 1, write += bins) {
      const frame = Math.min(Math.max(row * shift + slot - lead, 0), frameCount - 1)
      stacked.set(frames.subarray(frame * bins, (frame + 1) * bins), write)
    }
  }
  return stacked
}
