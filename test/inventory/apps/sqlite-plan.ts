// A million records in node:sqlite: prints the plans of the questions that the inventory asked.

import { inventoryOf } from '../../../src/inventory/open.ts'
import { PLANNED, planned } from '../plan.ts'
import { DatabaseSync } from './database.ts'

const db = new DatabaseSync(':memory:')
db.exec(`CREATE TABLE records (tenant TEXT, at DATETIME, written TEXT, ms INTEGER, op TEXT);
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
  INSERT INTO records SELECT CASE i % 20 WHEN 0 THEN 'default' ELSE 't' || (i % 20) END, strftime('%Y-%m-%dT%H:%M:%SZ', s, 'unixepoch'),
    strftime('%Y-%m-%d %H:%M:%S', s, 'unixepoch'), s * 1000, 'create' FROM (SELECT i, 1763731800 + i * 31 AS s FROM n);
  CREATE INDEX by_at ON records (at); CREATE INDEX by_tenant_at ON records (tenant, at);
  CREATE INDEX by_tenant_written ON records (tenant, written); CREATE INDEX by_tenant_ms ON records (tenant, ms);
  CREATE VIEW history AS SELECT * FROM records`)

let asked: { text: string; values: Record<string, string> }[] = []
const watched = {
  exec() {},
  prepare(text: string) {
    const statement = db.prepare(text)
    return {
      all(values: Record<string, string>) {
        asked.push({ text, values })
        return statement.all(values)
      },
    }
  },
}
const plans: Record<string, unknown> = {}
for (const resource of PLANNED) {
  const inventory = inventoryOf(watched as never, { resources: [resource] })
  await planned(inventory, resource, (question, counted) => {
    const { text, values } = asked.at(-1)!
    const rows = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(values) as { detail: string }[]
    plans[`${resource.type}: ${question}`] = { counted, plan: rows.map(({ detail }) => detail) }
    asked = []
  })
}
console.log(JSON.stringify(plans))
