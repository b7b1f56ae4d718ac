// A pool of connections to a database that answers what a test says: three messages wait, the first for two minutes.
import { NOW } from './kit.ts'

export interface Answers {
  readonly pending?: number
  readonly failed?: number
  readonly recent?: number
}

const COLUMNS = ['id', 'status', 'event_type', 'created_at', 'failed_at', 'attempts', 'last_error']

export class PoolOf {
  readonly totalCount = 0
  /** Transactions. */
  begun = 0
  readonly #answers: Required<Answers>

  constructor({ pending = 3, failed = 3, recent = 0 }: Answers = {}) {
    this.#answers = { pending, failed, recent }
  }

  async query(text: string, values: readonly unknown[] = []): Promise<{ rows: object[] }> {
    const { pending, failed, recent } = this.#answers
    if (text.includes('BEGIN')) this.begun++
    if (text.includes('pg_attribute')) {
      const type = (name: string) => (name.endsWith('_at') ? 'timestamp with time zone' : 'text')
      return { rows: COLUMNS.map((name) => ({ name, type: type(name), computed: 'false' })) }
    }
    if (text.includes('min(')) return { rows: [{ oldest: String(NOW - 120_000) }] }
    const n = text.includes('failed_at') ? recent : values.includes('failed') ? failed : pending
    return { rows: text.includes('count(*)') ? [{ n: String(n) }] : [] }
  }

  async connect() {
    return { query: this.query.bind(this), release: () => {} }
  }
}
