import {
  LatencyStatistics,
  type LatencySummary,
  type SpeechResult,
  type StageTimings,
} from '@sensevoice-web/engine'

/** One line of the panel: a stage and its figures over the newest results. */
export interface LatencyRow {
  readonly stage: keyof StageTimings
  readonly name: string
  readonly summary: LatencySummary
}

const STAGES: readonly (readonly [keyof StageTimings, string])[] = [
  ['endOfSpeechToResultMs', 'End of speech to result'],
  ['networkMs', 'Network'],
  ['totalMs', 'Recognition'],
  ['queueMs', 'Waiting'],
  ['frontEndMs', 'Front end'],
  ['inferenceMs', 'Model'],
  ['decodeMs', 'Decoding'],
]

/** Figures of each stage over the newest `window` results; stages that no result has are left out. */
export function latencyRows(results: readonly SpeechResult[], window = 100): readonly LatencyRow[] {
  const newest = results.slice(-window)
  return STAGES.flatMap(([stage, name]) => {
    const statistics = new LatencyStatistics(window)
    for (const { timings } of newest) {
      const value = timings[stage]
      if (value !== undefined) statistics.add(value)
    }
    const summary = statistics.summary()
    return summary === undefined ? [] : [{ stage, name, summary }]
  })
}
