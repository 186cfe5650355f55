import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LanguageChoice, readWav, writeWav } from '@sensevoice-web/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNodeAnalyzer, type NodeAnalyzer } from './node-analyzer.ts'

const MODELS = join(import.meta.dirname, '../../../models')

interface Case {
  readonly clip: string
  readonly language: LanguageChoice
  readonly withItn: boolean
  readonly ids: readonly number[]
  /** No frame's best id is so near to a second one that rounding could turn it. */
  readonly sure: boolean
  readonly tags: { readonly language: Readonly<Record<string, number>> }
  readonly sherpa: { readonly text: string }
}

const { cases } = JSON.parse(readFileSync(join(MODELS, 'golden/results.json'), 'utf8')) as {
  cases: readonly Case[]
}
interface Clip {
  readonly name: string
  /** Absent where the clip is another one, `repeat`, again and again up to `samples`. */
  readonly wav?: string
  readonly repeat?: string
  readonly samples: number
}

const { clips } = JSON.parse(readFileSync(join(MODELS, 'golden/index.json'), 'utf8')) as {
  clips: readonly Clip[]
}
const made = mkdtempSync(join(tmpdir(), 'golden-'))
let analyzer: NodeAnalyzer

function pathOf(name: string): string {
  const clip = clips.find((candidate) => candidate.name === name)
  if (clip?.repeat === undefined) return join(MODELS, 'golden/audio', `${name}.wav`)
  const { samples } = readWav(readFileSync(join(MODELS, 'golden/audio', `${clip.repeat}.wav`)))
  const long = Float32Array.from({ length: clip.samples }, (_, index) => samples[index % samples.length] ?? 0)
  const path = join(made, `${name}.wav`)
  writeFileSync(path, writeWav(long, 16_000))
  return path
}

beforeAll(async () => {
  analyzer = await createNodeAnalyzer({ modelDir: join(MODELS, 'tiny'), threads: 1 })
})
afterAll(async () => {
  await analyzer.close()
  rmSync(made, { recursive: true })
})

test('the golden cases hold speech in five languages and silence, most of them sure', () => {
  expect(cases.length).toBeGreaterThanOrEqual(20)
  expect(cases.filter(({ sure }) => sure).length).toBeGreaterThan(cases.length / 2)
})

for (const { clip, language, withItn, ids, sure, tags, sherpa } of cases) {
  test(`${clip} (${language}, ${withItn ? 'with' : 'without'} ITN): ids of onnxruntime, text of sherpa-onnx`, async () => {
    const results = []
    for await (const result of analyzer.analyzeFile(pathOf(clip), { language, withItn, vad: false }))
      results.push(result)
    const [result] = results
    if (sure) {
      expect(results.flatMap(({ tokens }) => tokens.map(({ id }) => id))).toEqual(ids)
      // sherpa-onnx trims what it returns.
      expect(result?.text.trim() ?? '').toBe(sherpa.text.trim())
    }
    // Dynamic int8 rounds activations: across builds of onnxruntime a last bit may fall the other way.
    if (language === 'auto')
      expect(result?.languageScores?.en ?? 0).toBeCloseTo(tags.language['<|en|>'] ?? 0, 1)
    else expect(result?.languageScores).toBeUndefined()
  })
}
