// PGlite, PostgreSQL inside the process: `query` and `exec` of the database and of each transaction, and the template tag.
// The BEGIN and COMMIT that it makes of `transaction` are its own.

import { seen } from '../../base/seen.ts'
import { first, type Method, replace } from './mark.ts'
import { running } from './running.ts'
import { hasFields, settle } from './settle.ts'
import { type Target, targetOf } from './target.ts'

export interface PGliteLike {
  query: Method
  exec: Method
  transaction: Method
}

export function observePGlite(db: PGliteLike): void {
  if (!first(db)) return
  seen('pglite')
  const target = targetOf('postgresql', '', '', '')
  // Its `sql` calls `this.query`; that of a transaction does not.
  handlers(db, target)
  replace(
    db,
    'transaction',
    (before) =>
      function transaction(work, ...rest) {
        const inside =
          typeof work !== 'function' ? work : (tx: object) => (work as Method).call(this, observed(tx, target))
        return Reflect.apply(before, this, [inside, ...rest])
      },
  )
}

function observed(tx: object, target: Target): object {
  if (typeof tx === 'object' && tx !== null && first(tx)) {
    handlers(tx, target)
    replace(tx, 'sql', (before) =>
      handler(before, target, (parts) => (Array.isArray(parts) ? parts.join('?') : ''), hasFields),
    )
  }
  return tx
}

function handlers(of: object, target: Target): void {
  replace(of, 'query', (before) => handler(before, target, (sql) => sql, hasFields))
  replace(of, 'exec', (before) => handler(before, target, (sql) => sql, hasFields))
}

function handler(
  before: Method,
  target: Target,
  textOf: (first: unknown) => unknown,
  rowsOf: (answer: unknown) => boolean | undefined,
): Method {
  return function (...args) {
    const operation = running.surface?.begin(target, textOf(args[0])) ?? null
    if (operation === null) return Reflect.apply(before, this, args)
    return settle(operation, () => Reflect.apply(before, this, args), rowsOf)
  }
}
