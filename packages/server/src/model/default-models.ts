import { fileURLToPath } from 'node:url'

/** Where the build puts what the command ships with; the same from `src/model` and `dist/model`. */
const SHIPPED = new URL('../../dist/models/', import.meta.url)

/** The embedded tiny model: `manifest.json` and its files. */
export const DEFAULT_MODEL_DIR = fileURLToPath(new URL('tiny', SHIPPED))

/** Silero VAD v6. */
export const DEFAULT_VAD_MODEL = fileURLToPath(new URL('silero_vad_v6.onnx', SHIPPED))
