import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// The server's own page. Everything is a file of its own under /status/: its policy allows no inline code, style or image.
export default defineConfig({
  root: here('.'),
  base: '/status/',
  build: {
    outDir: here('../dist/status'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [here('index.html'), here('sign-in.html'), here('sign-in-refused.html')] },
  },
})
