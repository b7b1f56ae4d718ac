// A service of its own for each run: the product is built once, and loaded anew each time, so that nothing which one run
// left behind (a registry, a notice said once) can be what the next one sees.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import Module from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { buildSync } from 'esbuild'
import { OWN_TRAFFIC } from '../../../src/base/own.ts'
import type * as product from '../../../src/index.ts'
import { attributesObject, type Value } from '../../../src/model/attribute.ts'
import type { Batch } from '../../../src/model/batch.ts'
import type { LogRecord } from '../../../src/model/log.ts'
import type { SpanRecord } from '../../../src/model/span.ts'
import type { Receiver } from '../../export/receiver.ts'
import { CERTIFICATE, KEY } from '../../surfaces/http/certificate.ts'
import { CLIENT_KEY, CLIENTS } from './client.ts'
import { Front } from './front.ts'
import type { Row, Settings } from './row.ts'

type Product = typeof product

/** For what comes at last, on a machine that does much else too. */
const PATIENCE_MS = 20_000
/** For what must not come. */
const QUIET_MS = 300

const ROOT = join(import.meta.dirname, '../../..')
const code = new Map<string, string>()

/** Files that a row may name as `[folder]/…`. */
const PEM = {
  'ca.pem': CERTIFICATE,
  'key.pem': CLIENT_KEY,
  'other-key.pem': KEY,
  'one.pem': CLIENTS.one,
  'two.pem': CLIENTS.two,
}

/** A door of the product, loaded anew; what is in the slot of the process it shares. */
function load(door: string): unknown {
  let built = code.get(door)
  if (built === undefined) {
    built = buildSync({
      entryPoints: [join(ROOT, `src/${door}.ts`)],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      absWorkingDir: ROOT,
      target: 'node20.19',
    }).outputFiles[0]!.text
    code.set(door, built)
  }
  const file = join(ROOT, 'effects.cjs')
  const made = Object.assign(new Module(file), { filename: file, paths: [join(ROOT, 'node_modules')] })
  ;(made as unknown as { _compile(code: string, file: string): void })._compile(built, file)
  return made.exports
}

function fresh(): Product {
  delete (globalThis as Record<symbol, unknown>)[Symbol.for('telltale.1')]
  return load('index') as Product
}

export class Service {
  readonly product: Product
  /** Written by the service; lines of stdout and of stderr. */
  readonly out: string[] = []
  readonly err: string[] = []
  telltale!: product.Telltale
  readonly #undo: (() => unknown)[] = []
  /** What is to be seen. */
  expected: unknown

  private constructor() {
    this.product = fresh()
  }

  /**
   * Runs a service with these settings, looks, and stops it. `[port]`, `[other]` and `[folder]` stand for what each run has
   * of its own; `expected` is what is looked for.
   */
  static async run(settings: Settings, row: Pick<Row, 'look' | 'env' | 'files'>, expected: unknown): Promise<unknown> {
    const service = new Service()
    service.expected = expected
    const release = service.#listen()
    try {
      await service.#collectors()
      const { server, ...rest } = settings as { server?: object }
      const text = JSON.stringify({ name: 'shop', server: { port: 0, ...server }, ...rest })
      const folder = mkdtempSync(join(tmpdir(), 'telltale-effects-'))
      service.later(() => rmSync(folder, { recursive: true }))
      service.folder = folder
      const places = { port: service.front.port, other: service.elsewhere.port, folder }
      const place = (written: string) =>
        written.replace(/"\[port\]"|\[(port|other|folder)\]/g, (_, name: keyof typeof places = 'port') =>
          String(places[name]),
        )
      for (const [name, content] of Object.entries({ 'telltale.yaml': place(text), ...PEM, ...row.files })) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), content, { mode: 0o600 })
      }
      service.env = Object.fromEntries(Object.entries(row.env ?? {}).map(([name, value]) => [name, place(value!)]))
      return await row.look(service)
    } finally {
      await service.telltale?.stop()
      for (const undo of service.#undo.reverse()) await undo()
      release()
    }
  }

  folder = ''
  env: NodeJS.ProcessEnv = {}
  /** Where exporters of the rows send to, and a second one for what is sent elsewhere. */
  readonly front = new Front()
  readonly elsewhere = new Front()

  get collector(): Receiver {
    return this.front.receiver
  }

  async start(options: Partial<product.StartOptions> = {}): Promise<product.Telltale> {
    this.telltale = await this.product.start({ cwd: this.folder, env: this.env, ...options })
    return this.telltale
  }

  async #collectors(): Promise<void> {
    for (const front of [this.front, this.elsewhere]) {
      await front.listen()
      this.later(() => front.close())
    }
  }

  /** Another door of this run's product. */
  door<T>(name: string): T {
    return load(name) as T
  }

  later(work: () => unknown): void {
    this.#undo.push(work)
  }

  /**
   * What is seen once it is as expected, and a moment later still: what comes is waited for as long as it takes, what must
   * not come had its time.
   */
  async settled<T>(read: () => T | Promise<T>, expected = this.expected): Promise<T> {
    await this.seen(read, expected)
    await pause(QUIET_MS)
    return read()
  }

  /** What is seen once it is as expected, or as it is at last. */
  async seen<T>(read: () => T | Promise<T>, expected = this.expected): Promise<T> {
    const end = performance.now() + PATIENCE_MS
    for (;;) {
      const found = await read()
      if (isDeepStrictEqual(found, expected) || performance.now() > end) return found
      await pause(5)
    }
  }

  #listen(): () => void {
    const back = (['stdout', 'stderr'] as const).map((name) => {
      const stream = process[name]
      const { write } = stream
      const lines = name === 'stdout' ? this.out : this.err
      stream.write = ((chunk: string | Uint8Array) => {
        lines.push(...String(chunk).trimEnd().split('\n'))
        return true
      }) as typeof stream.write
      return () => {
        stream.write = write
      }
    })
    return () => {
      for (const one of back) one()
    }
  }

  /** A server of the application that answers with what it was asked; and a client that calls it. */
  async app(handle: http.RequestListener = (_, response) => void response.end('ok')): Promise<string> {
    const server = http.createServer(handle)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.later(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** The scrape without the lines that say how it is today; `only` keeps the lines that match. */
  async scrape(only?: RegExp, path = '/metrics'): Promise<string[]> {
    const { body } = await get(`${this.telltale.address}${path}`)
    const lines = body.split('\n').filter((line) => line !== '')
    return only ? lines.filter((line) => only.test(line)) : lines
  }
}

export interface Got {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** A request that is nobody's telemetry, without a pool that outlives it. */
export function get(url: string, headers: http.OutgoingHttpHeaders = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { agent: false, headers, [OWN_TRAFFIC]: true } as http.RequestOptions
    // Node 22 shows no options to the channel: the mark is looked for on the agent too.
    const agent = Object.assign(new http.Agent(), { [OWN_TRAFFIC]: true })
    const request = http.get(url, { ...options, agent }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
    })
    request.on('error', reject)
  })
}

/** Takes what the product hands to a sink. */
export class Recording {
  readonly name = 'recording'
  readonly batches: Batch[] = []
  accept(batch: Batch): void {
    this.batches.push(batch)
  }
  get spans(): SpanRecord[] {
    return this.batches.flatMap(({ spans }) => [...spans])
  }
  get logs(): LogRecord[] {
    return this.batches.flatMap(({ logs }) => [...logs])
  }
}

export function attributes(record: {
  readonly attributes: Parameters<typeof attributesObject>[0] | null
}): Record<string, Value> {
  return attributesObject(record.attributes ?? [])
}

/** Waits until it is true. */
export async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${done}`)
    await pause(5)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
