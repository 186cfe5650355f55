import type { AudioSegment, Recognizer } from '../model/ports.ts'
import type { SpeechResult } from '../result/speech-result.ts'
import { type ContractTest, expectDistribution, expectRefusal } from './contract-test.ts'
import { noise, silence } from './signals.ts'

export interface RecognizerContractParts {
  /** A fresh recognizer for each test; loading may be shared. */
  create(): Promise<Recognizer>
  /** Sound at 16 kHz that the recognizer understands as a text of several tokens. */
  readonly speech: Float32Array
}

/** Registers what every `Recognizer` must keep. */
export function recognizerContract(api: ContractTest, parts: RecognizerContractParts): void {
  const { test, expect } = api
  const startSamples = 16_000 * 3600
  const spoken: AudioSegment = { id: 7, samples: parts.speech, startSamples }

  test('places the result and its tokens in the stream', async () => {
    await withRecognizer(parts, async (recognizer) => {
      const result = await recognizer.recognize(spoken)
      expect(result.segmentId).toBe(7)
      expect(result.startSamples).toBe(startSamples)
      expect(result.endSamples).toBe(startSamples + parts.speech.length)
      expect(result.startMs).toBeCloseTo(startSamples / 16, 6)
      expect(result.endMs).toBeCloseTo(result.endSamples / 16, 6)
      expect(result.tokens.length).toBeGreaterThan(1)
      expect(result.tokens.map((token) => token.text).join('')).toBe(result.text)
      expect(result.text.trim()).toBe(result.text)
      let lastMs = result.startMs
      for (const token of result.tokens) {
        expect(token.startMs).toBeGreaterThanOrEqual(lastMs)
        expect(token.endMs).toBeGreaterThanOrEqual(token.startMs)
        expect(token.endMs).toBeLessThanOrEqual(result.endMs)
        expect(token.probability).toBeGreaterThan(0)
        expect(token.probability).toBeLessThanOrEqual(1)
        lastMs = token.startMs
      }
    })
  })

  test('gives distributions whose most probable name is the answer', async () => {
    await withRecognizer(parts, async (recognizer) => {
      const result = await recognizer.recognize(spoken)
      expect(result.languageForced).toBe(false)
      expectWinner(api, result.languageScores ?? {}, result.language)
      expectWinner(api, result.emotionScores, result.emotion)
      expectWinner(api, result.eventScores, result.event)
      expectDistribution(api, Object.values(result.emotionScoresWithUnknown))
      expect(result.emotionScoresWithUnknown.unknown).toBeCloseTo(result.emotionUnknown, 6)
      expect(result.confidence).toBeGreaterThan(0)
      expect(result.confidence).toBeLessThanOrEqual(1)
    })
  })

  test('has no language scores where the language was forced', async () => {
    await withRecognizer(parts, async (recognizer) => {
      const result = await recognizer.recognize(spoken, { language: 'ja', withItn: false })
      expect(result.language).toBe('ja')
      expect(result.languageForced).toBe(true)
      expect('languageScores' in result).toBe(false)
      expect(result.withItn).toBe(false)
    })
  })

  test('answers an empty segment, a single sample, silence and noise', async () => {
    await withRecognizer(parts, async (recognizer) => {
      const sounds = [silence(0), silence(1), silence(399), silence(16_000), noise(1, { samples: 8000 })]
      for (const [id, samples] of sounds.entries()) {
        const result = await recognizer.recognize({ id, samples, startSamples: 100 })
        expect(result.endSamples).toBe(100 + samples.length)
        expectDistribution(api, Object.values(result.emotionScores))
      }
    })
  })

  test('answers in order and the same when asked all at once', async () => {
    await withRecognizer(parts, async (recognizer) => {
      const half = parts.speech.slice(0, parts.speech.length >> 1)
      const segments = [spoken, { id: 8, samples: half, startSamples: 0 }, spoken]
      const single: SpeechResult[] = []
      for (const segment of segments) single.push(await recognizer.recognize(segment))
      const order: number[] = []
      const together = await Promise.all(
        segments.map(async (segment, index) => {
          const result = await recognizer.recognize(segment)
          order.push(index)
          return result
        }),
      )
      expect(order).toEqual([0, 1, 2])
      expect(together.map(untimed)).toEqual(single.map(untimed))
    })
  })

  test('tells the time of every stage', async () => {
    await withRecognizer(parts, async (recognizer) => {
      const { timings } = await recognizer.recognize(spoken)
      const stages = [timings.frontEndMs, timings.inferenceMs, timings.decodeMs]
      for (const stageMs of stages) expect(stageMs).toBeGreaterThanOrEqual(0)
      const sumMs = stages.reduce((sum, stageMs) => sum + stageMs, 0)
      expect(sumMs).toBeLessThanOrEqual(timings.totalMs + 1e-6)
    })
  })

  test('says that it is closed after dispose, which may be called twice', async () => {
    const recognizer = await parts.create()
    await recognizer.dispose()
    await recognizer.dispose()
    await expectRefusal(api, 'closed', () => recognizer.recognize(spoken))
  })
}

function expectWinner(
  api: ContractTest,
  scores: Readonly<Partial<Record<string, number>>>,
  winner: string,
): void {
  const values = Object.values(scores).map((score) => score ?? 0)
  expectDistribution(api, values)
  api.expect(scores[winner]).toBe(Math.max(...values))
}

function untimed(result: SpeechResult): Omit<SpeechResult, 'timings'> {
  const { timings: _, ...rest } = result
  return rest
}

async function withRecognizer(
  parts: RecognizerContractParts,
  run: (recognizer: Recognizer) => Promise<void>,
): Promise<void> {
  const recognizer = await parts.create()
  try {
    await run(recognizer)
  } finally {
    await recognizer.dispose()
  }
}
