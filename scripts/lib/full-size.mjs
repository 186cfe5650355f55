import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { inModels, readyPython } from './python.mjs'
import { root } from './run.mjs'

const made = join(root, 'node_modules/.cache/sensevoice/full-size')

/**
 * Makes a model of the published size in both flavours and runs the tests that need them. The models take half a gigabyte, so they are deleted.
 *
 * @param test runs the tests with these variables, resolves with their exit code
 */
export async function fullSizeTests(counts, test) {
  const ended = await readyPython(counts, 'the proof of the rewrites on full-size models')
  if (ended !== undefined) return ended
  rmSync(made, { recursive: true, force: true })
  try {
    const code = (await make('sherpa', [])) || (await make('funasr', ['--cmvn', 'golden/contract/am.mvn']))
    return code || (await test({ SENSEVOICE_FULL_SIZE: made }))
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

/** Model, tokens and manifest of one flavour. @returns the exit code */
async function make(flavour, cmvn) {
  const folder = join(made, flavour)
  const model = join(folder, flavour === 'sherpa' ? 'model.int8.onnx' : 'model_quant.onnx')
  const about = ['--id', 'full-size', '--name', 'Full size', '--license', 'none', '--attribution', 'nobody']
  const written = ['--tokens', join(folder, 'tokens.txt'), '--out', join(folder, 'manifest.json')]
  return (
    (await inModels('sensevoice_models.full_size', ['--random', '--flavour', flavour, '--out', folder])) ||
    (await inModels('sensevoice_models.manifest', [model, ...cmvn, ...about, ...written]))
  )
}
