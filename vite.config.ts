import { defineConfig } from 'vite'
import { precachePlugin } from './scripts/lib/precache-plugin.mjs'

/**
 * What a host of the page should send: cross-origin isolation gives WASM its threads, and the policy shows that the library needs no
 * inline code, no `blob:`, no `data:` script and no other origin. `wasm-unsafe-eval` is what browsers ask for to compile WebAssembly.
 */
export const pageHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'microphone=(self)',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    // The hubs of the published model and where they send downloads on to; by a click of the visitor alone.
    "connect-src 'self' https://huggingface.co https://*.huggingface.co https://*.hf.co https://hf-mirror.com https://*.hf-mirror.com " +
      // A companion server of the visitor's own; by a click alone, too.
      'wss: ws://127.0.0.1:* ws://localhost:*',
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
}

export default defineConfig({
  root: 'demo',
  base: './',
  plugins: [precachePlugin()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1024,
    rolldownOptions: {
      input: {
        index: 'demo/index.html',
        'service-worker': 'demo/src/service-worker/service-worker.ts',
      },
      output: {
        // A service worker rules over its own folder, and is found under one name for ever.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  preview: { headers: pageHeaders, strictPort: false },
  server: {
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
})
