// node:sqlite: `exec` of the database, and `run`, `get`, `all` and `iterate` of each statement that it prepares. All of it is
// synchronous; an iteration is one operation, from its beginning until it is used up or left.

import { seen } from '../../base/seen.ts'
import { first, type Method, replace } from './mark.ts'
import { running } from './running.ts'
import { settle } from './settle.ts'
import type { Operation } from './surface.ts'
import { type Target, targetOf } from './target.ts'

export interface SqliteLike {
  exec: Method
  prepare: Method
}

export function observeSqlite(db: SqliteLike): void {
  if (!first(db)) return
  seen('sqlite')
  const target = targetOf('sqlite', '', '', '')
  replace(
    db,
    'exec',
    (before) =>
      function exec(...args) {
        const operation = running.surface?.begin(target, args[0]) ?? null
        if (operation === null) return Reflect.apply(before, this, args)
        return settle(operation, () => Reflect.apply(before, this, args), noRows)
      },
  )
  replace(
    db,
    'prepare',
    (before) =>
      function prepare(...args) {
        let statement: unknown
        try {
          statement = Reflect.apply(before, this, args)
        } catch (error) {
          running.surface?.begin(target, args[0])?.fail(error)
          throw error
        }
        if (typeof statement === 'object' && statement !== null) observeStatement(statement, target, () => args[0])
        return statement
      },
  )
  replace(
    db,
    'createTagStore',
    (before) =>
      function createTagStore(...args) {
        const store = Reflect.apply(before, this, args)
        if (typeof store === 'object' && store !== null) observeStatement(store, target, textOf)
        return store
      },
  )
}

/** Of a template tag, whose values are not looked at. */
const textOf = ([parts]: unknown[]): unknown => (Array.isArray(parts) ? parts.join('?') : '')

const noRows = () => false
const rows = () => true

/** A statement, or a store of statements that takes their text with each call. */
function observeStatement(statement: object, target: Target, textOf: (args: unknown[]) => unknown): void {
  if (!first(statement)) return
  for (const [name, rowsOf] of [
    ['run', noRows],
    ['get', rows],
    ['all', rows],
  ] as const) {
    replace(
      statement,
      name,
      (before) =>
        function (...args) {
          const operation = running.surface?.begin(target, textOf(args)) ?? null
          if (operation === null) return Reflect.apply(before, this, args)
          return settle(operation, () => Reflect.apply(before, this, args), rowsOf)
        },
    )
  }
  replace(
    statement,
    'iterate',
    (before) =>
      function (...args) {
        const operation = running.surface?.begin(target, textOf(args)) ?? null
        if (operation === null) return Reflect.apply(before, this, args)
        try {
          const iterator = Reflect.apply(before, this, args)
          until(operation, iterator as object)
          return iterator
        } catch (error) {
          operation.fail(error, true)
          throw error
        }
      },
  )
}

/** Ends the operation with the iteration; one that nobody goes through to the end never counts. */
function until(operation: Operation, iterator: object): void {
  for (const name of ['next', 'return']) {
    replace(
      iterator,
      name,
      (before) =>
        function (...args) {
          try {
            const step = Reflect.apply(before, this, args) as { readonly done?: boolean }
            if (name === 'return' || step?.done === true) operation.end(true)
            return step
          } catch (error) {
            operation.fail(error, true)
            throw error
          }
        },
    )
  }
}
