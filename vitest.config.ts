import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // As the build does: tests run src, and find what is built beside dist/esm.
  define: { TELLTALE_FOLDER: JSON.stringify(fileURLToPath(new URL('dist/esm', import.meta.url))) },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
