// A certificate that nobody vouches for, and the room as a program of its own can load it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

export interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
  /** Exports `request` and `allow`. */
  readonly bundle: string
  remove(): void
}

export function certificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-tls-'))
  const [key, cert, bundle] = ['key.pem', 'cert.pem', 'egress.mjs'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  const root = join(import.meta.dirname, '../../src/egress')
  buildSync({
    stdin: {
      contents: `export { request } from './caller.ts'\nexport { allow } from './target.ts'`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
  })
  return { key: readFileSync(key), cert: readFileSync(cert), bundle, remove: () => rmSync(folder, { recursive: true }) }
}
