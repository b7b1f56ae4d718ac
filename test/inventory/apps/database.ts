// node:sqlite, which the types of Node 20 do not know.
import { createRequire } from 'node:module'

export interface Database {
  exec(text: string): void
  prepare(text: string): { all(values: Record<string, string | number>): readonly unknown[] }
}

export const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite') as {
  readonly DatabaseSync: new (path: string, options?: object) => Database
}
