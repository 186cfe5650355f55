import { LatencyStatistics, type SpeechResult } from '@sensevoice-web/engine'

/** From the end of speech to the result, the median in ms. */
export interface PlaceLatency {
  readonly results: number
  readonly medianMs: number
}

export interface PlaceLatencies {
  readonly page?: PlaceLatency
  /** `networkMs`: the median of what the way there and back has added. */
  readonly server?: PlaceLatency & { readonly networkMs: number }
}

/** Spoken results of each place among these; files have none, since nobody waits at their end. */
export function placeLatencies(results: readonly SpeechResult[]): PlaceLatencies {
  const page = new LatencyStatistics()
  const server = new LatencyStatistics()
  const network = new LatencyStatistics()
  for (const { timings } of results) {
    const { endOfSpeechToResultMs, networkMs } = timings
    if (endOfSpeechToResultMs === undefined) continue
    if (networkMs === undefined) page.add(endOfSpeechToResultMs)
    else {
      server.add(endOfSpeechToResultMs)
      network.add(networkMs)
    }
  }
  const [here, there, way] = [page.summary(), server.summary(), network.summary()]
  return {
    ...(here === undefined ? {} : { page: { results: here.count, medianMs: here.p50 } }),
    ...(there === undefined || way === undefined
      ? {}
      : { server: { results: there.count, medianMs: there.p50, networkMs: way.p50 } }),
  }
}
