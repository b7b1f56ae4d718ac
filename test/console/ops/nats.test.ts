// How deep consumers of a real JetStream are, over its monitoring address.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onNotice } from '../../../src/base/notice.ts'
import { freePort } from '../../otel/servers.ts'
import { NATS } from '../../surfaces/queue/brokers.ts'
import { missing } from '../../surfaces/queue/kit.ts'
import { operationsOf } from './kit.ts'

const none = missing('nats-server', NATS)
let monitoring = ''
let servers = ''
let stop = async () => {}

beforeAll(async () => {
  if (none) return
  onNotice(() => {})
  const folder = mkdtempSync(join(tmpdir(), 'nats-ops-'))
  const [port, monitor] = [await freePort(), await freePort()]
  const args = ['-a', '127.0.0.1', '-p', `${port}`, '-m', `${monitor}`, '-js', '-sd', join(folder, 'js')]
  const child = spawn(NATS!, args, { stdio: 'ignore', cwd: folder })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  stop = async () => {
    if (child.exitCode === null && child.kill()) await gone
    rmSync(folder, { recursive: true, force: true })
  }
  servers = `nats://127.0.0.1:${port}`
  monitoring = `http://127.0.0.1:${monitor}`
}, 60_000)
afterAll(async () => {
  await stop()
  onNotice(undefined)
}, 60_000)

test.skipIf(none)(
  'messages that wait and messages that are being worked on, of each durable consumer [G-26] (ruling 63)',
  { timeout: 120_000 },
  async () => {
    const connection = await connect({ servers, waitOnFirstConnect: true })
    const manager = await jetstreamManager(connection)
    await manager.streams.add({ name: 'ORDERS', subjects: ['orders.>'], storage: 'memory' as never })
    for (const durable_name of ['worker', 'mailer']) {
      await manager.consumers.add('ORDERS', { durable_name, ack_policy: AckPolicy.Explicit })
    }
    const client = jetstream(connection)
    for (let i = 0; i < 5; i++) await client.publish('orders.placed', `${i}`)
    const consumer = await client.consumers.get('ORDERS', 'worker')
    const [first, second] = [await consumer.next(), await consumer.next()]
    // The server says that it has taken it.
    await first!.ackAck({ timeout: 60_000 })

    const queue = (name: string, stream: string, consumer: string) =>
      `{ name: ${name}, source: nats, url: "${monitoring}", stream: ${stream}, consumer: ${consumer}, backlog: 5 }`
    const { overview, time } = operationsOf({
      ops: `{ queues: [${queue('orders', 'ORDERS', 'worker')}, ${queue('mails', 'ORDERS', 'mailer')}, ${queue('none', 'ORDERS', 'nobody')}] }`,
      ageMs: 1000,
    })
    const seen = async () => {
      const { queues, queue_depth, incidents } = await overview()
      return {
        queues: queues.map(({ name, depth, in_flight, reason, scope }) => [name, depth, in_flight, reason, scope]),
        nats: queue_depth.nats,
        incidents: incidents.map(({ detail }) => detail),
      }
    }
    expect(await seen()).toEqual({
      queues: [
        ['orders', 3, 1, null, 'cluster'],
        ['mails', 5, 0, null, 'cluster'],
        ['none', null, null, 'the server has no such stream and consumer', 'cluster'],
      ],
      nats: null,
      incidents: ['5 messages wait in mails (5 are a backlog)'],
    })
    await second!.ackAck({ timeout: 60_000 })
    for (let i = 0; i < 3; i++) await (await consumer.next())!.ackAck({ timeout: 60_000 })
    time.now += 1000
    expect((await seen()).queues[0]).toEqual(['orders', 0, 0, null, 'cluster'])

    // A server that is gone costs a null.
    await connection.close()
    await stop()
    time.now += 60_000
    expect((await seen()).queues[1]).toEqual(['mails', null, null, 'it failed (ECONNREFUSED)', 'cluster'])
  },
)
