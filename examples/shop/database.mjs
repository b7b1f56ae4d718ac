// A real PostgreSQL inside the API's process, served on loopback so that the worker can take jobs from it as from any other.
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const SCHEMA = `
  CREATE TABLE products (id int PRIMARY KEY, name text NOT NULL, price_cents int NOT NULL);
  CREATE TABLE orders (
    id bigserial PRIMARY KEY, tenant text NOT NULL, product_id int NOT NULL REFERENCES products,
    state text NOT NULL DEFAULT 'new', created_at timestamptz NOT NULL DEFAULT now()
  );
  -- traceparent: which request asked for the job, so that the worker's span continues that request's trace.
  CREATE TABLE jobs (
    id bigserial PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, state text NOT NULL DEFAULT 'new',
    traceparent text, waits_since timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX jobs_waiting ON jobs (id) WHERE state = 'new';
  INSERT INTO products VALUES
    (1, 'Teapot', 2400), (2, 'Cup', 700), (3, 'Saucer', 450), (4, 'Kettle', 5200), (5, 'Tea, green', 900), (6, 'Tea, black', 850);
`

/** Opens the database; `address` is what a PostgreSQL client connects to. */
export async function openDatabase() {
  const db = await PGlite.create()
  await db.exec(SCHEMA)
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 4 })
  await server.start()
  const close = async () => {
    await server.stop()
    await db.close()
  }
  return { db, address: server.getServerConn(), close }
}
