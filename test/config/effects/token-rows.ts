// Keys of tokens of ours: where they are kept, and how a service keeps up with them.

import { chmodSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { documentText } from '../../../src/access/tokens/document.ts'
import type { StoredToken } from '../../../src/access/tokens/record.ts'
import { hashOf, newToken } from '../../../src/access/tokens/text.ts'
import { type Row, row } from './row.ts'
import { get, type Service, until } from './service.ts'

const ends = { label: null, createdAt: 0, expiresAt: null, revokedAt: null, replacedBy: null, acceptedUntil: null }

function made(id: string): { readonly text: string; readonly token: StoredToken } {
  const text = newToken(id)
  return { text, token: { id, hash: hashOf(text), scopes: ['metrics:read'], ...ends } }
}

const ONE = made('0d5a3f4e-8a51-4a53-9d42-6f1a5f0c7b11')
const TWO = made('7c0f6f5e-2f8b-4a53-8d42-1f1a5f0c7b22')
const DEFAULT = '.telltale/tokens.json'
const FILES = { [DEFAULT]: documentText([ONE.token]), 'other.json': documentText([TWO.token]) }
/** As if it were installed where the application runs; what is loaded is the real one. */
const PG = { 'node_modules/pg/package.json': '{"name":"pg","main":"index.js"}', 'node_modules/pg/index.js': '' }

async function status(service: Service, text: string): Promise<number> {
  return (await get(`${service.telltale.address}/metrics`, { authorization: `Bearer ${text}` })).status
}

/** What becomes of each of two tokens. */
async function both(service: Service): Promise<number[]> {
  await service.start()
  return [await status(service, ONE.text), await status(service, TWO.text)]
}

/** What becomes of a token that is revoked while the service runs. */
async function revoked(service: Service): Promise<number> {
  await service.start()
  await status(service, ONE.text)
  writeFileSync(join(service.folder, DEFAULT), documentText([{ ...ONE.token, revokedAt: 1 }]))
  return service.settled(() => status(service, ONE.text))
}

/** What becomes of a token when the file of tokens cannot be used any more. */
async function exposed(service: Service): Promise<number> {
  await service.start()
  await until(async () => (await status(service, ONE.text)) === 200)
  chmodSync(join(service.folder, DEFAULT), 0o644)
  await until(() => service.err.some((line) => line.includes('tokens cannot be read')))
  return service.settled(() => status(service, ONE.text))
}

/** Which of two databases is asked, and for which table. */
async function database(service: Service): Promise<unknown> {
  const asked: string[] = []
  const ports: Record<string, number> = {}
  for (const name of ['DATABASE_URL', 'TOKENS_URL']) {
    const server = createServer((socket) => answer(socket, (text) => asked.push(`${name} ${tableOf(text)}`)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    service.later(() => server.close())
    ports[name] = (server.address() as AddressInfo).port
  }
  const url = (name: string) => `postgres://u@127.0.0.1:${ports[name]}/d`
  service.env = { METRICS_TOKEN: 'x', DATABASE_URL: url('DATABASE_URL'), TOKENS_URL: url('TOKENS_URL') }
  await service.start()
  await get(`${service.telltale.address}/metrics`)
  await until(() => asked.length > 0)
  return [...new Set(asked)]
}

const tableOf = (text: string) => /FROM "(\w+)"/.exec(text)?.[1]

/** As much of PostgreSQL as a connection takes; each question is refused. */
function answer(socket: Socket, heard: (text: string) => void): void {
  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5, type)
    head.writeInt32BE(body.length + 4, 1)
    return Buffer.concat([head, body])
  }
  const ready = message('Z', Buffer.from('I'))
  let greeted = false
  socket.on('error', () => {})
  socket.on('data', (data) => {
    if (!greeted) {
      greeted = true
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]))
      return
    }
    if (!data.includes('telltale')) return
    heard(data.toString())
    socket.write(Buffer.concat([message('E', Buffer.from('SERROR\0C42P01\0Mno such table\0\0')), ready]))
  })
}

const often = { requests_per_minute: 100_000, burst_size: 100_000 }
const GUARDED = { observability: { prometheus: { authentication: { enabled: true, rate_limit: often } } } }
const KEY = 'access.tokens'
const env = { METRICS_TOKEN: 'x' }
const kept = { base: GUARDED, env, files: FILES }
const quick = { ...GUARDED, access: { tokens: { refresh: '100ms' } } }
const postgresql = { ...GUARDED, access: { tokens: { store: 'postgresql', refresh: '100ms' } } }

export const TOKENS: readonly Row[] = [
  row(
    `${KEY}.store`,
    [undefined, 'postgresql'],
    both,
    [
      [200, 401],
      [401, 401],
    ],
    { ...kept, files: { ...FILES, ...PG } },
  ),
  row(
    `${KEY}.path`,
    [undefined, 'other.json'],
    both,
    [
      [200, 401],
      [401, 200],
    ],
    kept,
  ),
  row(
    `${KEY}.url_env`,
    [undefined, 'TOKENS_URL'],
    database,
    [['DATABASE_URL telltale_tokens'], ['TOKENS_URL telltale_tokens']],
    {
      base: postgresql,
      files: PG,
    },
  ),
  row(`${KEY}.table`, [undefined, 'mine'], database, [['DATABASE_URL telltale_tokens'], ['DATABASE_URL mine']], {
    base: postgresql,
    files: PG,
  }),
  row(`${KEY}.refresh`, ['100ms', '1h'], revoked, [401, 200], kept),
  row(`${KEY}.stale`, [undefined, '0s'], exposed, [200, 503], { ...kept, base: quick }),
]
