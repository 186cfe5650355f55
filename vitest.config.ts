import { configDefaults, defineConfig } from 'vitest/config'

// Unit and integration tests on Node, against the sources (no build needed). What needs a browser lies in e2e/.
export default defineConfig({
  resolve: { conditions: ['sensevoice-source', 'module', 'import', 'default'] },
  // Without `module`: Node would take it too, and meet builds for bundlers, whose imports have no extensions.
  ssr: { resolve: { conditions: ['sensevoice-source', 'node', 'import', 'default'] } },
  test: {
    include: [
      'packages/**/src/**/*.test.ts',
      'demo/src/**/*.test.ts',
      'scripts/**/*.test.ts',
      'clients/**/*.test.ts',
      'deploy/*.test.ts',
    ],
    // `npm test -- full-size` runs these, on models that it makes.
    exclude: [...configDefaults.exclude, '**/*.full-size.test.ts'],
    testTimeout: 60_000,
    // What is waited for comes late on a busy machine, and is no less right.
    expect: { poll: { timeout: 10_000 } },
    pool: 'forks',
    maxWorkers: 2,
  },
})
