import { defineConfig } from 'vitest/config'

// Against a real livekit-server, one file after another: the sound is played in real time, and two files at once would starve it.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['sensevoice-source', 'module', 'node', 'import', 'default'] },
  // Without `module`: Node would take it too, and meet builds for bundlers, whose imports have no extensions.
  ssr: { resolve: { conditions: ['sensevoice-source', 'node', 'import', 'default'] } },
  test: {
    include: ['**/*.test.ts'],
    globalSetup: ['support/find-server.ts'],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    pool: 'forks',
    fileParallelism: false,
  },
})
