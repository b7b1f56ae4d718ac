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
  -- What happened to orders, so that the console counts them by the day on which they were made.
  CREATE TABLE order_history (id bigint NOT NULL, tenant text NOT NULL, op text NOT NULL, at timestamptz NOT NULL);
  CREATE INDEX order_history_at ON order_history (tenant, at);
  CREATE FUNCTION remember_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO order_history VALUES (
      NEW.id, NEW.tenant, CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE 'update' END,
      CASE TG_OP WHEN 'INSERT' THEN NEW.created_at ELSE now() END
    );
    RETURN NULL;
  END $$;
  CREATE TRIGGER order_history AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION remember_order();
  -- What others have to be told, written in the transaction of the order.
  CREATE TABLE outbox (
    id bigserial PRIMARY KEY, event_type text NOT NULL, payload jsonb NOT NULL, status text NOT NULL DEFAULT 'pending',
    created_at timestamptz NOT NULL DEFAULT now(), published_at timestamptz, failed_at timestamptz,
    attempts int NOT NULL DEFAULT 0, last_error text
  );
  INSERT INTO products VALUES
    (1, 'Teapot', 2400), (2, 'Cup', 700), (3, 'Saucer', 450), (4, 'Kettle', 5200), (5, 'Tea, green', 900), (6, 'Tea, black', 850);
  -- Four weeks of orders before today: people shop on weekdays, and in the evening.
  INSERT INTO orders (tenant, product_id, state, created_at)
  SELECT (ARRAY['acme', 'globex', 'initech'])[1 + n % 3], 1 + n % 6, 'shipped', day + make_interval(hours => hour, mins => n % 60)
  FROM generate_series(1, 28) AS back, generate_series(7, 22) AS hour, generate_series(1, 6) AS n,
    LATERAL (SELECT date_trunc('day', now()) - make_interval(days => back) AS day) AS days
  WHERE (n * 7 + hour * 5 + back * 3) % 11 < (CASE WHEN extract(isodow FROM day) < 6 THEN 4 ELSE 2 END) + (hour > 17)::int * 3;
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
