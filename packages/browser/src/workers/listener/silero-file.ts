import type { Expected } from '../download.ts'

/** `silero_vad_v6.onnx` as shipped in @ricky0123/vad-web 0.0.31; the build checks that it copies this very file. */
export const SILERO_V6: Expected = {
  bytes: 2_327_524,
  sha256: '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3',
}
