// Puts what the command ships with into dist: in dist/models the embedded model with its card, and Silero VAD; the protocol of the model servers
// beside the code that reads it.
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

const proto = 'backend/oip/open-inference.proto'
const server = fileURLToPath(new URL('../', import.meta.url))
copyFileSync(join(server, 'src', proto), join(server, 'dist', proto))
