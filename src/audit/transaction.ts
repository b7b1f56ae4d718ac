// Statements of ours on a client of PostgreSQL (node-postgres, PGlite), and a transaction on a connection of a pool: the
// trail's own, or the application's. Nothing of it makes telemetry, whoever else looks at the driver.
import { OWN_STATEMENT } from '../base/own.ts'
import { runIn } from '../context/current.ts'
import { Frame, SUPPRESS_KEY } from '../context/frame.ts'

export interface Queryable {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly object[] }>
}

/** What is asked for as text, whatever parsers of types an application has. */
export type Fields = Readonly<Record<string, string | null>>

/** A client that a pool has lent. */
export interface Lent extends Queryable {
  release(error?: Error): void
  on?(event: 'error', listener: () => void): unknown
  removeListener?(event: 'error', listener: () => void): unknown
}

const QUIET = new Frame(null).setValue(SUPPRESS_KEY, true) as Frame
const ignore = () => {}

export async function ask(client: Queryable, text: string, values?: readonly unknown[]): Promise<readonly Fields[]> {
  const { rows } = await client.query(`${OWN_STATEMENT} ${text}`, values)
  return rows as readonly Fields[]
}

/** `begin` says how it begins; what `work` throws undoes it. */
export async function transaction<T>(
  pool: { connect(): Promise<Lent> },
  begin: string,
  work: (client: Queryable) => Promise<T>,
): Promise<T> {
  return runIn(QUIET, async () => {
    const client = await pool.connect()
    let broken: Error | undefined
    // A pool does not listen to what it lends: a connection that breaks between two statements would end the process.
    client.on?.('error', ignore)
    try {
      await ask(client, begin)
      const result = await work(client)
      await ask(client, 'COMMIT')
      return result
    } catch (error) {
      await ask(client, 'ROLLBACK').catch((failed: Error) => {
        broken = failed
      })
      throw error
    } finally {
      // A connection that cannot even roll back is thrown away.
      client.release(broken)
      client.removeListener?.('error', ignore)
    }
  })
}
