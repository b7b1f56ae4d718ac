import { expect, test } from 'vitest'
import { faults, named } from './load.ts'

const found = (ops: string) =>
  faults(`name: shop\nops: ${ops}\n`).map((line) => line.replace(/^telltale\.yaml:\d+:\d+ CONFIG_VALUE /, ''))

test('links are http or https, fill in what is known, and have no credentials, which no fault repeats [G-27]', () => {
  const links = (text: string) =>
    found(`{ links: ${text} }`).map((line) => line.replace(/^.*allowed: (.*)\. Write one.*$/, '$1'))
  expect([
    links(
      '{ trace: "https://t.example/{trace_id}", logs: "http://l.example/?q={correlation_id}", dashboard: "https://d.example" }',
    ),
    links('{ trace: "https://t.example/" }'),
    links('{ logs: "https://l.example/" }'),
    links('{ trace: "https://t.example/{trace_id}/{span_id}" }'),
    links('{ dashboard: "javascript:alert(1)" }'),
    links('{ dashboard: "https://user:hush@d.example/" }'),
    links('{ dashboard: "https://d.example/<script>" }'),
    links('{ dashboard: "//d.example" }'),
  ]).toEqual([
    [],
    ['an address with {trace_id}'],
    ['an address with {trace_id} or {correlation_id}'],
    ['an address in which {trace_id} and {correlation_id} alone are filled in'],
    ...Array.from({ length: 4 }, () => ['an http or https URL without credentials']),
  ])
})

test('addresses of runbooks are links too, and a critical part of errors is not less than one that is not', () => {
  const all = found(
    '{ runbooks: { ops.outbox.relay: "ftp://r.example", mine: "https://r.example" }, incidents: { http_5xx_critical: 0.01 } }',
  )
  expect(all.map((line) => line.slice(0, line.indexOf(':')))).toEqual([
    'ops.runbooks.ops.outbox.relay',
    'ops.incidents.http_5xx_critical',
  ])
})

test('thresholds have good defaults, and an outbox needs its table alone', () => {
  const { incidents, outbox, links, runbooks, queues } = named('ops: { outbox: { table: outbox } }\n').config.ops
  expect({ incidents, outbox, links, runbooks, queues }).toEqual({
    incidents: {
      window: 300_000,
      clear_after: 120_000,
      http_5xx_rate: 0.05,
      http_5xx_critical: 0.25,
      http_requests: 20,
      queue_backlog: 1000,
      dlq_backlog: 1,
      outbox_age: 300_000,
      publish_failures: 1,
      worker_failures: 5,
    },
    outbox: { table: 'outbox', pending: 'pending', failed: 'failed', columns: {} },
    links: {},
    runbooks: {},
    queues: [],
  })
})
