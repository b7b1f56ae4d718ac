// Tokens for a program that hands them out itself: the same ones that the command line makes and guards ask for.
import { resolve } from 'node:path'
import type { KeptTokens } from './tokens.ts'

/** A file of this machine, or a table of PostgreSQL (`telltale_tokens` unless said), through the package `pg`. */
export type TokenPlace = { readonly path: string } | { readonly url: string; readonly table?: string }

/**
 * Tokens as they are kept there: `generate`, `rotate`, `revoke`, `list`, `validate`, and `close` at the end. The text of a
 * token is given back once. Methods reject with a Fault (docs/reference/faults.md), and so does this for a table whose
 * name cannot be one. Services that are guarded by the same place see each change within `access.tokens.refresh`.
 */
export async function tokensIn(place: TokenPlace): Promise<KeptTokens> {
  const { Tokens } = await import('./tokens.ts')
  if ('path' in place) {
    const { FileStore } = await import('./file.ts')
    return new Tokens(new FileStore(resolve(place.path)))
  }
  const { PostgresqlStore } = await import('./postgresql.ts')
  return new Tokens(new PostgresqlStore({ url: place.url, table: place.table ?? 'telltale_tokens' }))
}
