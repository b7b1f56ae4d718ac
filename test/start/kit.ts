// A whole instance through the public door, in a folder of its own, with everything that it opened closed after the test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { OWN_TRAFFIC } from '../../src/base/own.ts'
import { start, type Telltale } from '../../src/index.ts'
import { attributesObject, type Value } from '../../src/model/attribute.ts'
import type { LogRecord } from '../../src/model/log.ts'
import type { Family, Series } from '../../src/model/metric.ts'
import type { SpanRecord } from '../../src/model/span.ts'
import { Receiver } from '../export/receiver.ts'
import { type ParsedFamily, parseExposition, type Sample } from '../prometheus/exposition.ts'

const undo: (() => unknown)[] = []

/** Runs after the test, the last one first. */
export function later(work: () => unknown): void {
  undo.push(work)
}

afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
  onNotice(undefined)
  forgetNotices()
})

export function folder(files: Readonly<Record<string, string>> = {}): string {
  const cwd = mkdtempSync(join(tmpdir(), 'telltale-start-'))
  later(() => rmSync(cwd, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(cwd, name, '..'), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  return cwd
}

export const SHOP = 'name: shop\nserver: { port: 0 }\n'

/** Starts with this telltale.yaml and nothing but this environment. */
export async function launch(yaml: string = SHOP, env: NodeJS.ProcessEnv = {}): Promise<Telltale> {
  const telltale = await start({ cwd: folder({ 'telltale.yaml': yaml }), env })
  later(() => telltale.stop())
  return telltale
}

/** What start says about itself, from now on; the instance takes the notices over, so they are read from stderr too. */
export function said(): string[] {
  const lines: string[] = []
  const write = process.stderr.write.bind(process.stderr)
  process.stderr.write = ((chunk: string | Uint8Array) => {
    lines.push(...String(chunk).trimEnd().split('\n'))
    return true
  }) as typeof process.stderr.write
  later(() => {
    process.stderr.write = write
  })
  return lines
}

export function notices(): Notice[] {
  const seen: Notice[] = []
  onNotice((one) => seen.push(one))
  return seen
}

export async function receiver(): Promise<Receiver> {
  const made = await new Receiver().listen()
  // It stands for another process: what it serves is no request of the application.
  Object.assign(made.server, { [OWN_TRAFFIC]: true })
  later(() => made.close())
  return made
}

export interface App {
  readonly url: string
  readonly server: http.Server
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

/** A plain server of the application. */
export async function app(
  handle: http.RequestListener = (_request, response) => void response.end('ok'),
): Promise<App> {
  const server = http.createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    server,
    async get(path, headers = {}) {
      const response = await fetch(url + path, { headers })
      await response.clone().arrayBuffer()
      return response
    },
  }
}

export async function scrape(telltale: Telltale, path = '/metrics'): Promise<Scrape> {
  const response = await fetch(telltale.address + path)
  return new Scrape(await response.text())
}

export class Scrape {
  readonly text: string
  readonly families: readonly ParsedFamily[]

  constructor(text: string) {
    this.text = text
    this.families = parseExposition(text, '0.0.4')
  }

  get names(): string[] {
    return this.families.map(({ name }) => name)
  }

  family(name: string): ParsedFamily | undefined {
    return this.families.find((family) => family.name === name)
  }

  /** Samples without the label that all of them have. */
  samples(name: string): (readonly [Record<string, string>, number])[] {
    const all = this.families.flatMap(({ samples }) => samples).filter((sample) => sample.name === name)
    return all.map(({ labels, value }: Sample) => {
      const { service: _, ...own } = labels
      return [own, value] as const
    })
  }

  value(name: string, labels: Record<string, string> = {}): number | undefined {
    return this.samples(name).find(([own]) => Object.entries(labels).every(([key, value]) => own[key] === value))?.[1]
  }
}

export function spansOf(receiver: Receiver): SpanRecord[] {
  return receiver.posts.flatMap(({ batches }) => batches.flatMap(({ spans }) => [...spans]))
}

export function logsOf(receiver: Receiver): LogRecord[] {
  return receiver.posts.flatMap(({ batches }) => batches.flatMap(({ logs }) => [...logs]))
}

/** The last state of each family that arrived. */
export function familiesOf(receiver: Receiver): Map<string, Family> {
  const held = new Map<string, Family>()
  for (const { batches } of receiver.posts)
    for (const { series } of batches) for (const family of series) held.set(family.name, family)
  return held
}

export function attributesOf(series: Series | SpanRecord | LogRecord): Record<string, Value> {
  return attributesObject(series.attributes)
}

export function resourcesOf(receiver: Receiver, url: string): Record<string, Value>[] {
  return receiver.posts
    .filter((post) => post.url === url)
    .flatMap(({ batches }) => batches.map(({ resource }) => attributesObject(resource.attributes)))
}

/** Waits until it is true, at most half a minute. */
export async function until(what: string, done: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export function otlp(url: string, signals: { traces?: boolean; metrics?: boolean; logs?: boolean } = { traces: true }) {
  const exporter = `exporters: [{ type: otlp, endpoint: "${url}" }]`
  return `observability:
  opentelemetry:
    tracing: { ${signals.traces ? exporter : ''} }
    metrics: { export_interval: 50ms${signals.metrics ? `, ${exporter}` : ''} }
  logging: { ${signals.logs ? exporter.replace('exporters', 'sinks') : ''} }
`
}
