import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { missingPeers, requirePeers } from '../../src/config/peers.ts'
import { newFolder } from '../folder.ts'
import { named } from './load.ts'

const grpc = named('observability: { logging: { sinks: [{ type: otlp, endpoint: "http://c:4317" }] } }\n').config
const empty = newFolder('config')

test('gRPC without its package is a fault with the two ways out; HTTP needs nothing [R-05]', () => {
  expect(() => requirePeers(grpc, empty)).toThrow(
    'PEER_MISSING @grpc/grpc-js: The configuration needs a package that is not installed; found gRPC to http://c:4317 at telltale.yaml:2:37. Install it (npm install @grpc/grpc-js), or export over HTTP: port 4318, or protocol: http/protobuf.',
  )
  expect(missingPeers(named('').config, empty)).toEqual([])
  requirePeers(named('', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).config, empty)
})

test('a package that is installed where the application runs is not missing [R-05]', () => {
  const folder = join(empty, 'node_modules/@grpc/grpc-js')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"@grpc/grpc-js","main":"index.js"}')
  writeFileSync(join(folder, 'index.js'), '')
  expect(missingPeers(grpc, empty)).toEqual([])
})

test('a shared limit needs a client of its store, whichever; one that nobody asks for needs none [R-23]', () => {
  const yaml = (store: string) =>
    `observability: { prometheus: { authentication: { rate_limit: { shared: ${store}, url_env: U } } } }\n`
  const missing = (
    store: string,
    installed: string[],
    env: NodeJS.ProcessEnv = { METRICS_TOKEN: 't', U: 'redis://h' },
  ) => {
    const from = mkdtempSync(join(tmpdir(), 'telltale-peers-'))
    try {
      for (const name of installed) {
        mkdirSync(join(from, 'node_modules', name), { recursive: true })
        writeFileSync(join(from, 'node_modules', name, 'index.js'), '')
      }
      return missingPeers(named(yaml(store), env).config, from).map(({ name, what }) => `${name}: ${what}`)
    } finally {
      rmSync(from, { recursive: true })
    }
  }
  expect([
    missing('redis', []),
    missing('redis', ['redis']),
    missing('redis', ['ioredis']),
    missing('postgresql', []),
    missing('postgresql', ['pg']),
    missing('redis', [], { METRICS_TOKEN: 't' }),
    missing('redis', [], { U: 'redis://h' }),
  ]).toEqual([['redis: a shared limit in redis'], [], [], ['pg: a shared limit in postgresql'], [], [], []])
})
