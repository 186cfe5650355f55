import type { Expected } from '../download.ts'

/** `silero_vad_v5.onnx` as shipped in @ricky0123/vad-web 0.0.31; the build checks that it copies this very file. */
export const SILERO_V5: Expected = {
  bytes: 2_327_524,
  sha256: '2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f',
}
