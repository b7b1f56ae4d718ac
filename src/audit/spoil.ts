// How a row that is refused takes the change of its transaction with it, whatever the owner of the client does about the
// error: PostgreSQL commits no transaction in which a statement failed.
import { OWN_STATEMENT } from '../base/own.ts'

const FAILING = `${OWN_STATEMENT} DO $$ BEGIN RAISE EXCEPTION 'an audit row of this transaction was refused'; END $$`

/** Makes the transaction of a client of PostgreSQL fail; of other clients nothing. Never rejects. */
export async function spoil(client: unknown): Promise<void> {
  try {
    const { query } = client as { query?: unknown }
    if (typeof query === 'function') await Reflect.apply(query, client, [FAILING])
  } catch {
    // That it fails is what it is for.
  }
}
