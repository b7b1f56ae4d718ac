import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // As the build does: tests run src, and find what is built beside dist/esm.
  define: { TELLTALE_FOLDER: JSON.stringify(fileURLToPath(new URL('dist/esm', import.meta.url))) },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: process.env['TELLTALE_FUZZ_SEED'] === undefined ? [] : ['test/fuzz-seed.ts'],
    pool: 'forks',
    // What is waited for comes soon, or on a slow machine that does much else at last: nothing here measures time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
