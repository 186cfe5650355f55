import { afterEach, beforeEach, expect, test } from 'vitest'
import { repositoryFile, repositoryText } from '../../../onnx/src/test-data/files.ts'
import { createNodeAnalyzer } from '../node-analyzer.ts'
import { prepareFolder } from '../prepare/prepare-folder.ts'
import { goldenPath, Workspace } from '../test-data/workspace.ts'

const CONTRACT = 'models/golden/contract'

/** As FunASR publishes a model: no metadata in the graph, no manifest beside it. */
let home: Workspace
beforeEach(() => {
  home = new Workspace()
  home.file('model_quant.onnx', repositoryFile(`${CONTRACT}/funasr.int8.onnx`))
  const lines = repositoryText(`${CONTRACT}/tokens.txt`).trimEnd().split('\n')
  home.file('tokens.json', JSON.stringify(lines.map((line) => line.slice(0, line.lastIndexOf(' ')))))
})
afterEach(() => home.remove())

async function results() {
  const analyzer = await createNodeAnalyzer({ modelDir: home.folder, threads: 1 })
  const found = []
  for await (const { text, tokens, language } of analyzer.analyzeFile(goldenPath('en-hello'), {
    vad: false,
  })) {
    found.push({ text, language, tokens: tokens.length })
  }
  await analyzer.close()
  return found
}

test('a FunASR download is analyzed and prepared as it is', async () => {
  home.file('am.mvn', repositoryText(`${CONTRACT}/am.mvn`))
  const published = await results()
  expect(published).toHaveLength(1)
  const faster = { measure: async () => ({ outcome: 'faster', publishedMs: 2, preparedMs: 1 }) as const }
  expect(await prepareFolder(home.folder, faster)).toMatchObject({ outcome: 'faster' })
  expect(await results()).toEqual(published)
})

test('without its am.mvn it is refused by what is missing', async () => {
  await expect(results()).rejects.toMatchObject({ code: 'model-unsupported' })
  await expect(prepareFolder(home.folder)).rejects.toMatchObject({ code: 'model-unsupported' })
})
