import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

// On models of the published size, which `npm test -- full-size` makes.
export default defineConfig({
  ...base,
  test: {
    include: ['packages/server/src/**/*.full-size.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
  },
})
