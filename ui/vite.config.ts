// What people look at: ui/ → dist/panel, which a hub serves, and, in the mode `operations`, → dist/operations, which a service
// serves at /console. `npm run build` makes both.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** `npm run panel` and `npm run operations`: pages as they are edited, with what a running hub or service holds. */
const KINDS = {
  panel: { input: 'index.html', base: '/', port: 5173, asks: { '/api': 'http://127.0.0.1:4319' } },
  operations: {
    input: 'operations.html',
    base: '/console/',
    port: 5174,
    asks: Object.fromEntries(
      ['/api', '/admin', '/console/session', '/console/metrics', '/console/openapi.json'].map((path) => [
        path,
        'http://127.0.0.1:9464',
      ]),
    ),
  },
}

export default defineConfig(({ mode }) => {
  const kind = mode === 'operations' ? 'operations' : 'panel'
  const { input, base, port, asks } = KINDS[kind]
  return {
    root: at('.'),
    base,
    publicDir: false,
    server: { host: '127.0.0.1', port, proxy: asks },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: at(`../dist/${kind}`),
      emptyOutDir: true,
      assetsDir: 'assets',
      // The policy of the console allows no data: URL.
      assetsInlineLimit: 0,
      modulePreload: false,
      target: 'es2023',
      cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
      reportCompressedSize: false,
      sourcemap: false,
      rolldownOptions: { input: at(input) },
    },
  }
})
