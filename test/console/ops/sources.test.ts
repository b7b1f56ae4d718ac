// Sources that hang, fail or talk nonsense cost a null and a reason, each on its own, within the deadline.

import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { forgetNotices, onNotice } from '../../../src/base/notice.ts'
import { Absent, Source } from '../../../src/console/ops/source.ts'
import { operationsOf } from './kit.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
  onNotice(undefined)
  forgetNotices()
})

/** Takes connections and says nothing. */
async function silent(): Promise<string> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function answers(status: number, body: string): Promise<string> {
  const server = http.createServer((_, response) => void response.writeHead(status).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const consumer = (url: string) => `{ name: orders, source: nats, url: "${url}", stream: S, consumer: c }`

test('NATS, Prometheus and a database that hang are null within their deadline, and the rest is there [G-26]', async () => {
  onNotice(() => {})
  const hangs = () => new Promise<never>(() => {})
  const { overview, registry } = operationsOf({
    ops: `
  queues:
    - ${consumer(await silent())}
    - { name: mails, source: sql, table: mails }
    - { name: jobs, source: metric, metric: jobs_waiting }
  outbox: { table: outbox }`,
    client: { totalCount: 0, query: hangs, connect: hangs },
    prometheus: hangs,
    health: { run: hangs },
  })
  registry.gauge('jobs_waiting').set(7)
  const { queues, outbox, fleet, health, queue_depth, reasons, outbox_relay_ok } = await overview()
  const late = 'no answer within 2 s'
  expect(queues.map(({ name, depth, reason }) => [name, depth, reason])).toEqual([
    ['orders', null, late],
    ['mails', null, late],
    ['jobs', 7, null],
  ])
  expect([outbox?.pending, outbox?.reason, fleet?.rps, fleet?.reason]).toEqual([
    null,
    late,
    null,
    'no answer within 2.2 s',
  ])
  expect([health, queue_depth, outbox_relay_ok]).toEqual([
    { status: null, components: [] },
    { nats: null, node_tasks: null, dlq_pending: null },
    null,
  ])
  expect(reasons).toMatchObject({
    'health.status': 'the checks have not finished yet',
    'queue_depth.nats': `orders: ${late}`,
    'queue_depth.node_tasks': `mails: ${late}`,
    'queue_depth.dlq_pending': late,
    outbox_relay_ok: late,
  })
})

test.each([
  ['nobody listens', async () => 'http://127.0.0.1:1', 'it failed (ECONNREFUSED)'],
  ['another status', () => answers(500, ''), 'the server answers with status 500'],
  ['no JSON', () => answers(200, '<html>'), 'what answers is no NATS server'],
  ['another document', () => answers(200, '[]'), 'the server has no such stream and consumer'],
  ['JetStream is off', () => answers(200, '{"disabled":true}'), 'JetStream is off'],
  ['null', () => answers(200, 'null'), 'what answers is no NATS server'],
])('a NATS server that is none: %s', async (_, url, reason) => {
  const said: string[] = []
  onNotice(({ text }) => said.push(text))
  const { overview } = operationsOf({ ops: `{ queues: [${consumer(await url())}] }` })
  expect((await overview()).queues.map((queue) => [queue.depth, queue.reason])).toEqual([[null, reason]])
})

test('a database error is a code for who looks and a text for the log, said once [H-51]', async () => {
  const said: string[] = []
  onNotice(({ text }) => said.push(text))
  const fail = () => Promise.reject(Object.assign(new Error('relation "secret" at db7.internal'), { code: '42P01' }))
  const { overview, time } = operationsOf({
    ops: '{ queues: [{ name: mails, source: sql, table: mails }] }',
    client: { totalCount: 0, query: fail, connect: fail },
  })
  const reasons = async () => (await overview()).queues.map(({ reason }) => reason)
  const first = await reasons()
  time.now += 5000
  expect([first, await reasons()]).toEqual([['it failed (42P01)'], ['it failed (42P01)']])
  expect(said).toEqual(['the queue mails cannot be read for the operations panel: relation "secret" at db7.internal'])
})

test('a check that hangs for longer than somebody waits is shown as it was found the last time, with its age', async () => {
  onNotice(() => {})
  const failing = {
    name: 'pool',
    status: 'fail' as const,
    critical: true,
    ms: 5000,
    reason: 'no answer within 5000 ms',
  }
  const report = { status: 'unhealthy' as const, checks: [failing], time: 0 }
  const runs = [Promise.resolve(report), new Promise<never>(() => {})]
  const { overview, time: clock } = operationsOf({ health: { run: () => runs.shift()! }, ageMs: 1000 })
  const seen = async () => {
    const { health, freshness_seconds, incidents } = await overview()
    return [health.status, health.components[0]?.reason, freshness_seconds, incidents.map(({ detail }) => detail)]
  }
  const what = ['unhealthy', 'no answer within 5000 ms']
  const incident = ['the health check pool fails: no answer within 5000 ms']
  expect(await seen()).toEqual([...what, 0, incident])
  clock.now += 7000
  expect(await seen()).toEqual([...what, 7, incident])
})

test('without a client of the database the reason says how one is handed over', async () => {
  onNotice(() => {})
  const { overview } = operationsOf({ ops: '{ outbox: { table: outbox } }' })
  expect((await overview()).outbox).toMatchObject({
    pending: null,
    reason: 'no client of the database was handed over',
  })
})

test('a source that takes long is asked less often; one that hangs is asked by nobody else until it is given up', async () => {
  onNotice(() => {})
  const time = { now: 0 }
  const clock = { now: () => time.now, monotonic: () => time.now }
  let asked = 0
  let work: () => Promise<number> = async () => {
    time.now += 300
    return ++asked
  }
  const source = new Source({ name: 'test', ask: () => work(), clock, deadlineMs: 50 })
  const read = async () => (await source.read()).value
  expect(await read()).toBe(1)
  time.now += 2999
  expect(await read()).toBe(1)
  time.now += 1
  expect(await read()).toBe(2)

  time.now += 60_000
  work = () => {
    asked++
    return new Promise(() => {})
  }
  const late = { value: null, reason: 'no answer within 0.05 s', at: time.now }
  expect(await source.read()).toEqual(late)
  expect([await source.read(), await source.read(), asked]).toEqual([late, late, 3])
  time.now += 60_001
  work = async () => ++asked
  expect(await read()).toBe(4)
})

test('reasons of ours are shown, others are a code or nothing at all', async () => {
  onNotice(() => {})
  const clock = { now: () => 0, monotonic: () => 0 }
  const reason = async (thrown: unknown) =>
    (await new Source({ name: String(thrown), ask: () => Promise.reject(thrown), clock }).read()).reason
  expect([
    await reason(new Absent('it is away')),
    await reason(Object.assign(new Error('to 10.0.0.7'), { code: 'ETIMEDOUT' })),
    await reason(Object.assign(new Error('x'), { code: 'at db7.internal' })),
    await reason(new Error('password=x')),
    await reason(null),
  ]).toEqual([
    'it is away',
    'it failed (ETIMEDOUT)',
    'it failed: the log says why',
    'it failed: the log says why',
    'it failed: the log says why',
  ])
})
