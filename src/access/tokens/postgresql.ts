// Tokens in a table of PostgreSQL, which every replica reads. One connection; the table is made by whoever writes first,
// and a service only ever reads. Changes of several writers are one after the other, and a change by hand (`UPDATE … SET
// revoked_at = now()`) counts like any other. It refuses a table that it did not make.
import type * as driver from 'pg'
import { timers } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { noticeOnce } from '../../base/notice.ts'
import { redactText } from '../../redact/redact.ts'
import { MAX_TOKENS, TokenBook } from './book.ts'
import { tokenOf, type Written } from './form.ts'
import { ownClient } from './own-client.ts'
import type { StoredToken } from './record.ts'
import { Statements } from './statements.ts'
import { FORMAT, type Kept, type TokenStore } from './store.ts'

/** For a connection, and for each answer. */
const PATIENCE_MS = 5000
/** For the connection to be ended in peace. */
const PARTING_MS = 1000
const UNDEFINED_TABLE = '42P01'

export interface PostgresqlOptions {
  readonly url: string
  /** `table` or `schema.table`. */
  readonly table: string
  /** The connection does not keep the process alive. */
  readonly background?: boolean
  readonly load?: () => Promise<typeof driver>
}

type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>

export class PostgresqlStore implements TokenStore {
  readonly #options: PostgresqlOptions
  readonly #statements: Statements
  #client: Promise<Connection> | null = null
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: PostgresqlOptions) {
    this.#options = options
    this.#statements = new Statements(options.table)
  }

  read(mark?: string): Promise<Kept | null> {
    return this.#inTurn(async (query) => {
      const statements = this.#statements
      let state: Record<string, unknown> | undefined
      try {
        ;[state] = await query(statements.state)
      } catch (error) {
        if ((error as { code?: string }).code !== UNDEFINED_TABLE) throw error
        return mark === 'none' ? null : { mark: 'none', tokens: null }
      }
      this.#checkFormat(state?.['format'])
      const seen = String(state?.['mark'])
      if (seen === mark) return null
      // Younger than the mark, if anything: then the next look reads again.
      return { mark: seen, tokens: this.#tokens(await query(statements.all)) }
    })
  }

  change<T>(work: (book: TokenBook) => T): Promise<T> {
    return this.#inTurn(async (query) => {
      const statements = this.#statements
      await query('BEGIN')
      try {
        for (const statement of statements.lock) await query(statement)
        const [found] = await query(statements.exists)
        if (found?.['found'] === null) for (const statement of statements.create) await query(statement)
        else this.#checkFormat((await query(statements.format))[0]?.['format'])
        const book = new TokenBook(this.#tokens(await query(statements.allForUpdate)))
        const result = work(book)
        for (const [id, token] of book.changes) {
          if (token === null) await query(statements.remove, [id])
          else await query(statements.put, valuesOf(token))
        }
        await query('COMMIT')
        return result
      } catch (error) {
        await query('ROLLBACK')
        throw error
      }
    })
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    await client?.then(
      (connection) => connection.end(),
      () => {},
    )
  }

  /** One use of the connection after the other; one that failed is not used again. */
  #inTurn<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => {
      try {
        this.#client ??= this.#connect()
        const { query } = await this.#client
        return await work(query)
      } catch (error) {
        if (!(error instanceof Fault)) await this.close()
        throw this.#fault(error)
      }
    })
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #connect(): Promise<Connection> {
    const connection = new Connection(await this.#load(), this.#options, () => {
      this.#client = null
    })
    await connection.open()
    return connection
  }

  async #load(): Promise<typeof driver> {
    try {
      return await (this.#options.load ?? (() => import('pg')))()
    } catch (error) {
      const hint = 'Install it (npm install pg), or keep the tokens in a file: access.tokens.store: file.'
      throw new Fault(
        'PEER_MISSING',
        { subject: 'pg', found: 'access.tokens.store: postgresql', hint },
        { cause: error },
      )
    }
  }

  #checkFormat(comment: unknown): void {
    const { table } = this.#options
    const format = /^telltale tokens (\d{1,9})$/.exec(String(comment))?.[1]
    if (format === undefined) {
      const hint = 'Name another table; a table of ours says "telltale tokens 1" in its comment.'
      throw new Fault('TOKENS_CORRUPT', { subject: table, found: 'a table that is not ours', hint })
    }
    if (Number(format) === FORMAT) return
    throw new Fault('TOKENS_NEWER', { subject: table, found: `format ${format}`, allowed: String(FORMAT) })
  }

  /** What a row cannot mean is said once, and its token is refused: a row that is not there lets nobody in. */
  #tokens(rows: readonly Record<string, unknown>[]): StoredToken[] {
    const { table } = this.#options
    if (rows.length > MAX_TOKENS)
      throw new Fault('TOKENS_CORRUPT', { subject: table, found: `more than ${MAX_TOKENS} rows` })
    const tokens: StoredToken[] = []
    for (const row of rows) {
      const token = tokenOf(row as unknown as Written)
      if (typeof token !== 'string') tokens.push(token)
      else {
        const text = `a row of ${table} has no usable ${token}: its token is refused`
        noticeOnce(`tokens.row ${table}`, 'warn', 'tokens.row', text)
      }
    }
    return tokens
  }

  #fault(error: unknown): Fault {
    if (error instanceof Fault) return error
    const { message, code, name } = error as { message?: string; code?: string; name?: string }
    const found = redactText(message || code || name || 'unknown error')
    return new Fault('TOKENS_UNREACHABLE', { subject: this.#options.table, found }, { cause: error })
  }
}

class Connection {
  readonly #client: driver.Client
  readonly #background: boolean

  constructor(pg: typeof driver, { url, background = false }: PostgresqlOptions, lost: () => void) {
    this.#background = background
    this.#client = ownClient(pg, {
      connectionString: url,
      fallback_application_name: 'telltale',
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      keepAlive: true,
    })
    // Between two questions; without a listener it would end the process.
    this.#client.on('error', lost)
    this.#client.on('end', lost)
  }

  async open(): Promise<void> {
    await this.#client.connect()
    if (this.#background) (this.#client as driver.Client & { unref(): void }).unref()
  }

  readonly query: Query = async (text, values = []) => {
    const { rows } = await this.#client.query<Record<string, unknown>>(text, [...values])
    return rows
  }

  async end(): Promise<void> {
    let late: ReturnType<typeof timers.setTimeout> | undefined
    const patience = new Promise<void>((resolve) => {
      late = timers.setTimeout(resolve, PARTING_MS)
    })
    await Promise.race([this.#client.end().catch(() => {}), patience])
    timers.clearTimeout(late)
    ;(this.#client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy()
  }
}

function valuesOf(token: StoredToken): unknown[] {
  const { id, hash, scopes, label, createdAt, expiresAt, revokedAt, replacedBy, acceptedUntil } = token
  return [id, hash, [...scopes], label, createdAt, expiresAt, revokedAt, replacedBy, acceptedUntil]
}
