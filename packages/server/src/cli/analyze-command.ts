import { toSpeechError } from '@sensevoice-web/engine'
import { createNodeAnalyzer, type NodeAnalyzer } from '../node-analyzer.ts'
import type { AnalyzeArguments } from './read-arguments.ts'
import { resultWriter } from './result-writer.ts'
import { type Streams, told } from './told.ts'

/**
 * Analyzes every file; one that cannot be analyzed is named and the others are still done.
 *
 * @returns the exit status: 0, or 1 when a file or the model failed
 */
export async function analyzeCommand(options: AnalyzeArguments, streams: Streams): Promise<number> {
  const { files, modelDir } = options
  let analyzer: NodeAnalyzer
  try {
    analyzer = await createNodeAnalyzer(modelDir === undefined ? {} : { modelDir })
  } catch (error) {
    streams.error(told('model', toSpeechError(error, 'inference-failed')))
    return 1
  }
  try {
    let failed = 0
    for (const file of files) {
      try {
        await analyzeOne(analyzer, file, options, streams)
      } catch (error) {
        failed += 1
        streams.error(told(file, toSpeechError(error, 'inference-failed')))
      }
    }
    return failed === 0 ? 0 : 1
  } finally {
    await analyzer.close()
  }
}

async function analyzeOne(
  analyzer: NodeAnalyzer,
  file: string,
  { files, format, language, withItn, vad }: AnalyzeArguments,
  streams: Streams,
): Promise<void> {
  const writer = resultWriter(format, file, files.length > 1)
  const results = analyzer.analyzeFile(file, { language, withItn, ...(vad ? {} : { vad }) })
  for await (const result of results) streams.out(writer.result(result))
  streams.out(writer.end())
}
