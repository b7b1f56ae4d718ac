// The panel: ui/ → dist/panel, which the console serves. `vite build -c ui/vite.config.ts` is part of `npm run build`.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: at('.'),
  publicDir: false,
  // `npm run panel`: pages as they are edited, with what a hub holds.
  server: { host: '127.0.0.1', port: 5173, proxy: { '/api': 'http://127.0.0.1:4319' } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: at('../dist/panel'),
    emptyOutDir: true,
    assetsDir: 'assets',
    // The policy of the console allows no data: URL.
    assetsInlineLimit: 0,
    modulePreload: false,
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    reportCompressedSize: false,
    sourcemap: false,
  },
})
