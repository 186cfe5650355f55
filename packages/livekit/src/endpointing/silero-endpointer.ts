import {
  type AudioWindow,
  Framer,
  Segmenter,
  type SegmenterOptions,
  type VoiceProbe,
} from '@sensevoice-web/engine'
import type { Endpointer, EndpointSink } from './endpointer.ts'

/** What of the segmenter can be chosen; its limits follow `maxSegmentMs`. */
export type EndpointingOptions = Partial<Omit<SegmenterOptions, 'softCutMs' | 'hardCutMs'>>

/** Utterances by the VAD that is inside: Silero's probabilities through the engine's segmenter. */
export class SileroEndpointer implements Endpointer {
  readonly #probe: VoiceProbe
  readonly #sink: EndpointSink
  readonly #framer = new Framer()
  readonly #segmenter: Segmenter
  #disposed = false

  /** @throws SpeechError `invalid-argument` naming every faulty option */
  constructor(probe: VoiceProbe, maxSegmentMs: number, options: EndpointingOptions, sink: EndpointSink) {
    this.#probe = probe
    this.#sink = sink
    this.#segmenter = new Segmenter({ ...options, ...limits(maxSegmentMs) })
    probe.reset()
  }

  get retainFromSamples(): number {
    return this.#segmenter.retainFromSamples
  }

  get postRollMs(): number {
    return this.#segmenter.options.postRollMs
  }

  async push(samples: Float32Array): Promise<void> {
    for (const window of this.#framer.push(samples)) {
      await this.#judge(window)
      if (this.#disposed) return
    }
  }

  async flush(): Promise<void> {
    this.#framer.flush()
    const end = this.#framer.endSamples
    for (const event of this.#segmenter.flush(end)) this.#sink.event(event, end)
    this.#probe.reset()
  }

  limit(maxSegmentMs: number): void {
    this.#segmenter.configure(limits(maxSegmentMs))
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    await this.#probe.dispose()
  }

  async #judge(window: AudioWindow): Promise<void> {
    const probability = await this.#probe.probe(window.samples)
    if (this.#disposed) return
    const heard = window.startSamples + window.samples.length
    for (const event of this.#segmenter.push(window.startSamples, probability)) this.#sink.event(event, heard)
    this.#sink.heard(heard, probability >= this.#segmenter.options.silenceThreshold)
  }
}

/** @throws SpeechError `invalid-argument` */
export function limits(maxSegmentMs: number): Pick<SegmenterOptions, 'softCutMs' | 'hardCutMs'> {
  return { softCutMs: maxSegmentMs / 2, hardCutMs: maxSegmentMs }
}
