/**
 * Low-pass of the resampler as a table: one row of taps for each fraction of an input sample at which an output sample can lie.
 *
 * The pass band ends at 0.9 of the lower Nyquist frequency (7.2 kHz for 16 kHz), the stop band begins at that Nyquist frequency itself, so
 * that nothing folds back even into the top of the band.
 */
export interface PolyphaseFilter {
  /** Input samples an output sample is made of; even. */
  readonly taps: number
  /** Fractions of an input sample between two rows: row r belongs to fraction r / phases. */
  readonly phases: number
  /** `[phases + 1, taps]` row by row; tap i of an output at position p weighs input sample `floor(p) + i + 1 - taps / 2`. */
  readonly rows: Float64Array
  /** False: outputs also lie between the rows, to be interpolated from two of them. */
  readonly exact: boolean
}

/** Edges of the transition band in units of the lower Nyquist frequency. */
const PASS_EDGE = 0.9
const STOP_EDGE = 1
/** Attenuation the window is chosen for; leaves room below the -60 dB asked for. */
const STOP_BAND_DB = 72
/** Rates with more fractions than this are interpolated between so many rows (with no more error than exact ones, measured), else the table would take megabytes. */
const MOST_EXACT_PHASES = 1024
const INTERPOLATED_PHASES = 512

/**
 * @param fromRate Hz, whole
 * @param toRate Hz, whole
 * @param fractions different fractions of an input sample that outputs lie at: `toRate / gcd(fromRate, toRate)`
 */
export function designPolyphaseFilter(fromRate: number, toRate: number, fractions: number): PolyphaseFilter {
  const exact = fractions <= MOST_EXACT_PHASES
  const phases = exact ? fractions : INTERPOLATED_PHASES
  // Frequencies in cycles per input sample.
  const nyquist = Math.min(fromRate, toRate) / 2 / fromRate
  const cutoff = (nyquist * (PASS_EDGE + STOP_EDGE)) / 2
  const transition = nyquist * (STOP_EDGE - PASS_EDGE)
  // Kaiser's formulas for length and shape of a window with this attenuation and transition width.
  const halfWidth = (STOP_BAND_DB - 7.95) / (2.285 * 2 * Math.PI * transition) / 2
  const beta = 0.1102 * (STOP_BAND_DB - 8.7)
  const taps = 2 * Math.ceil(halfWidth)
  const rows = new Float64Array((phases + 1) * taps)
  const row = new Float64Array(taps)
  for (let phase = 0; phase <= phases; phase += 1) {
    let sum = 0
    for (let tap = 0; tap < taps; tap += 1) {
      const distance = tap + 1 - taps / 2 - phase / phases
      const value = sinc(2 * cutoff * distance) * kaiser(distance / halfWidth, beta)
      row[tap] = value
      sum += value
    }
    // Every row passes a constant unchanged: otherwise the rows' gains would differ and hum at the rate they repeat with.
    for (let tap = 0; tap < taps; tap += 1) rows[phase * taps + tap] = (row[tap] as number) / sum
  }
  return { taps, phases, rows, exact }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** Not normalized: the rows are. */
function kaiser(position: number, beta: number): number {
  return Math.abs(position) > 1 ? 0 : besselI0(beta * Math.sqrt(1 - position * position))
}

/** Modified Bessel function of order 0, by its power series; arguments here are below 10. */
function besselI0(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > sum * 1e-16; k += 1) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}
