import { defineConfig } from 'vitest/config'

const conditions = ['sensevoice-source', 'module', 'node', 'import', 'default']

// Against a real livekit-server, one file after another: the sound is played in real time, and two files at once would starve it.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['**/*.test.ts'],
    globalSetup: ['support/find-server.ts'],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
  },
})
