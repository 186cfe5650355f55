// Puts what the command ships with into dist/models: the embedded model with its card, and Silero VAD.
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const models = fileURLToPath(new URL('../dist/models/', import.meta.url))
const tiny = join(root, 'models/tiny')
const vadWeb = dirname(createRequire(import.meta.url).resolve('@ricky0123/vad-web'))

rmSync(models, { recursive: true, force: true })
mkdirSync(models, { recursive: true })
copyFileSync(join(vadWeb, 'silero_vad_v6.onnx'), join(models, 'silero_vad_v6.onnx'))
cpSync(tiny, join(models, 'tiny'), { recursive: true })
