// Every URL that we call goes through egress: no other room makes a client, a socket or a process of its own.
import { expect, test } from 'vitest'
import { readSource } from './source.ts'

/** Who may know these modules, and what for. Servers and observers open nothing by themselves. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'node:http': ['egress/caller.ts', 'console/listener.ts', 'hub/hub.ts', 'testing/receiver.ts'],
  'node:https': ['egress/caller.ts'],
  'node:http2': [],
  'node:net': [],
  'node:tls': [],
  'node:dgram': [],
  'node:dns': ['egress/resolve.ts'],
  'node:dns/promises': [],
  'node:child_process': [],
  'node:worker_threads': ['egress/last.ts'],
  '@grpc/grpc-js': ['export/otlp-grpc.ts'],
  undici: [],
}
/** They see what the application calls, and wrap it; names that are read and call nothing. */
const OBSERVERS = [
  'surfaces/http/outgoing.ts',
  'surfaces/http/express-shapes.ts',
  'surfaces/http/status.ts',
  'surfaces/process/child.ts',
  'surfaces/process/thread.ts',
  'console/problem.ts',
]
/** Facts about threads and addresses, which open nothing. */
const FACTS =
  /import (?:type )?\{ (?:(?:type )?(?:isMainThread|threadId|workerData|isIP|isIPv4|isIPv6|BlockList|STATUS_CODES|AddressInfo|Socket|Server|LookupFunction|SocketAddress)(?:, )?)+ \} from/

test('no room but egress opens a connection of its own [S-31]', () => {
  const found: string[] = []
  for (const { path, text, code } of readSource()) {
    if (OBSERVERS.includes(path)) continue
    for (const [line] of text.matchAll(/^(?:import|export) [^'\n]*from '[^']+'$|\bimport\('[^']+'\)/gm)) {
      const spec = /'([^']+)'/.exec(line)![1]!
      const allowed = KNOWN[spec]
      if (allowed === undefined || line.startsWith('import type') || FACTS.test(line) || allowed.includes(path))
        continue
      if (/^import \{ (?:type \w+(?:, )?)+ \}/.test(line)) continue
      found.push(`${path}: ${line}`)
    }
    for (const [call] of code.matchAll(
      /(?<![\w.$#'"`-])(?:fetch|new WebSocket|new EventSource|new XMLHttpRequest|createRemoteJWKSet)\(/g,
    ))
      if (!/^(?:console|health|otel)\//.test(path)) found.push(`${path}: ${call}`)
    for (const [call] of code.matchAll(/getBuiltinModule\('node:(?:http|https|net|tls|dns|dgram)[^)]*\)/g))
      found.push(`${path}: ${call}`)
  }
  expect(found).toEqual([])
})

test('egress itself asks no name service but through the check, and follows nothing [S-31]', () => {
  const egress = readSource().filter(({ path }) => path.startsWith('egress/'))
  const connects = egress.filter(({ text }) => /https?\.request\(/.test(text)).map(({ path }) => path)
  expect(connects).toEqual(['egress/caller.ts'])
  expect(
    egress.filter(({ text }) => /follow|proxy/i.test(text.replace(/\/\/.*$/gm, ''))).map(({ path }) => path),
  ).toEqual([])
})
