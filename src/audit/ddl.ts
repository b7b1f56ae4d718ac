// The table of a trail. The database itself keeps it append-only: a row goes in as the one that follows the last, nothing
// is changed, and nothing goes away that no later row of the chain says to be pruned.
import { GENESIS } from './chain.ts'
import { ACTOR_ROLES, RESULTS } from './row.ts'
import { PRUNED } from './store.ts'

export const COLUMNS = [
  ...(['seq', 'id', 'actor_user_id', 'actor_role', 'action', 'target_type', 'target_id', 'result'] as const),
  ...(['correlation_id', 'metadata', 'created_at', 'actor_ip', 'user_agent', 'prev_hash', 'hash'] as const),
] as const

const words = (list: readonly string[]) => list.map((word) => `'${word}'`).join(', ')
const CHECKPOINT = `action = '${PRUNED.action}' AND target_type = '${PRUNED.target_type}'`

function columns(types: { seq: string; id: string; text: string; json: string; time: string }): string {
  const { seq, id, text, json, time } = types
  return `
  seq ${seq},
  id ${id} NOT NULL UNIQUE,
  actor_user_id ${text},
  actor_role ${text} NOT NULL CHECK (actor_role IN (${words(ACTOR_ROLES)})),
  action ${text} NOT NULL,
  target_type ${text} NOT NULL,
  target_id ${text} NOT NULL,
  result ${text} NOT NULL CHECK (result IN (${words(RESULTS)})),
  correlation_id ${text} NOT NULL,
  metadata ${json} NOT NULL,
  created_at ${time} NOT NULL,
  actor_ip ${text},
  user_agent ${text},
  prev_hash ${text} NOT NULL,
  hash ${text} NOT NULL`
}

/** A table's name as statements and as `to_regclass` take it, and the schema that its guard belongs to. */
export interface TableName {
  /** Quoted. */
  readonly full: string
  readonly schema: string
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Statements that make the table in PostgreSQL 12 and newer. */
export function postgresTable({ full }: TableName): string[] {
  const types = { seq: 'bigint PRIMARY KEY', id: 'uuid', text: 'text', json: 'jsonb', time: 'timestamptz' }
  return [
    `CREATE TABLE IF NOT EXISTS ${full} (${columns(types)}
)`,
    `CREATE INDEX ON ${full} (created_at)`,
    `CREATE INDEX ON ${full} (seq) WHERE ${CHECKPOINT}`,
  ]
}

export const TRIGGERS = ['telltale_append', 'telltale_keep', 'telltale_prune'] as const

/** Statements that put its guards in place, or in place again. ALWAYS: in the role of a replica too. */
export function postgresGuards({ full, schema }: TableName): string[] {
  const guard = `${schema}.telltale_audit_guard()`
  const [append, keep, prune] = TRIGGERS
  return [
    `CREATE OR REPLACE FUNCTION ${guard} RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $guard$
DECLARE
  last_seq bigint;
  last_hash text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    EXECUTE format('SELECT seq, hash FROM %I.%I ORDER BY seq DESC LIMIT 1', TG_TABLE_SCHEMA, TG_TABLE_NAME)
      INTO last_seq, last_hash;
    IF NEW.seq <> coalesce(last_seq, 0) + 1 OR NEW.prev_hash <> coalesce(last_hash, '${GENESIS}') THEN
      RAISE EXCEPTION 'the audit trail % takes no row but the one that follows its last', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
  ELSIF TG_OP = 'DELETE' THEN
    EXECUTE format('SELECT (metadata->''old_value''->>''seq'')::bigint FROM %I.%I WHERE ${CHECKPOINT.replaceAll("'", "''")}'
      ' ORDER BY seq DESC LIMIT 1', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO last_seq;
    IF EXISTS (SELECT FROM gone WHERE seq > coalesce(last_seq, 0)) THEN
      RAISE EXCEPTION 'the audit trail % is append-only: DELETE is refused', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the audit trail % is append-only: % is refused', TG_TABLE_NAME, TG_OP;
END
$guard$`,
    ...TRIGGERS.map((trigger) => `DROP TRIGGER IF EXISTS ${trigger} ON ${full}`),
    `CREATE TRIGGER ${append} BEFORE INSERT ON ${full} FOR EACH ROW EXECUTE FUNCTION ${guard}`,
    `CREATE TRIGGER ${keep} BEFORE UPDATE OR TRUNCATE ON ${full} FOR EACH STATEMENT EXECUTE FUNCTION ${guard}`,
    `CREATE TRIGGER ${prune} AFTER DELETE ON ${full} REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION ${guard}`,
    ...TRIGGERS.map((trigger) => `ALTER TABLE ${full} ENABLE ALWAYS TRIGGER ${trigger}`),
  ]
}

/** The table of an embedded trail. */
export const EMBEDDED = 'telltale_audit'

/** The same for SQLite, where OR REPLACE would remove rows without asking the trigger for deletions. */
export const SQLITE = `
CREATE TABLE IF NOT EXISTS ${EMBEDDED} (${columns({ seq: 'INTEGER PRIMARY KEY', id: 'TEXT', text: 'TEXT', json: 'TEXT', time: 'TEXT' })}
) STRICT;
CREATE INDEX IF NOT EXISTS ${EMBEDDED}_created_at ON ${EMBEDDED} (created_at);
CREATE INDEX IF NOT EXISTS ${EMBEDDED}_pruned ON ${EMBEDDED} (seq) WHERE ${CHECKPOINT};
CREATE TRIGGER IF NOT EXISTS ${EMBEDDED}_append BEFORE INSERT ON ${EMBEDDED} BEGIN
  SELECT RAISE(ABORT, 'the audit trail takes no row but the one that follows its last')
  WHERE NEW.seq IS NOT coalesce((SELECT max(seq) FROM ${EMBEDDED}), 0) + 1
    OR NEW.prev_hash IS NOT coalesce((SELECT hash FROM ${EMBEDDED} ORDER BY seq DESC LIMIT 1), '${GENESIS}')
    OR EXISTS (SELECT 1 FROM ${EMBEDDED} WHERE id = NEW.id);
END;
CREATE TRIGGER IF NOT EXISTS ${EMBEDDED}_keep BEFORE UPDATE ON ${EMBEDDED} BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only: UPDATE is refused');
END;
CREATE TRIGGER IF NOT EXISTS ${EMBEDDED}_prune BEFORE DELETE ON ${EMBEDDED} BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only: DELETE is refused')
  WHERE OLD.seq > coalesce((SELECT json_extract(metadata, '$.old_value.seq') FROM ${EMBEDDED} WHERE ${CHECKPOINT}
    ORDER BY seq DESC LIMIT 1), 0);
END;
`
