// Where replicas count together: rate-limiter-flexible over a connection of our own, by whichever client is installed. A
// connection that is lost is not mended: it is given up, and the next one is made when it is needed.

import type { Client } from 'pg'
import type * as flexible from 'rate-limiter-flexible'
import { monotonic } from '../base/clock.ts'
import { runIn } from '../context/current.ts'
import { Frame, SUPPRESS_KEY } from '../context/frame.ts'
import { ownClient } from './tokens/own-client.ts'

export type StoreName = 'redis' | 'postgresql'

export interface Window {
  readonly seconds: number
  readonly requests: number
}

export interface StoreOptions {
  readonly store: StoreName
  readonly url: string
  readonly name: string
  /** For a connection, and for each answer of PostgreSQL, milliseconds. */
  readonly patienceMs: number
  readonly window: Window
}

export interface Counting {
  /** Milliseconds until the window ends when it is used up, else 0. */
  take(client: string): Promise<number>
  /** Never rejects. */
  close(): Promise<void>
}

interface Connected {
  readonly limiter: flexible.RateLimiterStoreAbstract
  readonly close: () => unknown
}

/** Of windows that are over; they are removed by whoever counts, now and then. */
const SWEEP_MS = 300_000
const TABLE = 'telltale_limits'

/** In here nothing that drivers announce becomes telemetry of the application. */
const QUIET = new Frame(null).setValue(SUPPRESS_KEY, true) as Frame

export async function connect(options: StoreOptions): Promise<Counting> {
  const library = await import('rate-limiter-flexible')
  const { limiter, close } = await runIn(QUIET, () =>
    options.store === 'redis' ? redis(options, library) : postgresql(options, library),
  )
  return {
    take: (client) => runIn(QUIET, () => taken(limiter, client)),
    async close() {
      try {
        await close()
      } catch {}
    },
  }
}

/** Milliseconds to wait, as a limiter of the library says it: it rejects with a result. */
export async function taken(limiter: flexible.RateLimiterStoreAbstract, client: string): Promise<number> {
  try {
    await limiter.consume(client)
    return 0
  } catch (refused) {
    const { msBeforeNext } = refused as Partial<flexible.RateLimiterRes>
    if (refused instanceof Error || typeof msBeforeNext !== 'number') throw refused
    return Math.max(1, msBeforeNext)
  }
}

function common({ name, window }: StoreOptions) {
  // Names are bounded, since PostgreSQL takes 255 characters with the address.
  return { keyPrefix: `telltale:scrape:${name.slice(0, 128)}`, points: window.requests, duration: window.seconds }
}

async function redis(options: StoreOptions, library: typeof flexible): Promise<Connected> {
  const found = await import('redis').catch(missing)
  return found === undefined ? overIoredis(options, library) : overNodeRedis(found, options, library)
}

async function overNodeRedis(
  found: typeof import('redis'),
  options: StoreOptions,
  { RateLimiterRedis }: typeof flexible,
): Promise<Connected> {
  const { createClient } = 'createClient' in found ? found : (found as { default: typeof found }).default
  const client = createClient({
    url: options.url,
    disableOfflineQueue: true,
    socket: { connectTimeout: options.patienceMs, reconnectStrategy: false },
  })
  client.on('error', () => {})
  client.unref()
  await client.connect()
  return {
    limiter: new RateLimiterRedis({ ...common(options), storeClient: client, ...READY, useRedisPackage: true }),
    // redis 4 has no such method.
    close: () => ('destroy' in client ? client.destroy() : (client as { disconnect(): unknown }).disconnect()),
  }
}

/** For where `redis` is not installed. */
export async function overIoredis(options: StoreOptions, { RateLimiterRedis }: typeof flexible): Promise<Connected> {
  const { Redis } = await import('ioredis')
  const client = new Redis(options.url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    connectTimeout: options.patienceMs,
    retryStrategy: () => null,
  })
  client.on('error', () => {})
  await client.connect()
  const { stream } = client as unknown as { stream?: { unref?(): void } }
  stream?.unref?.()
  return {
    limiter: new RateLimiterRedis({ ...common(options), storeClient: client, ...READY }),
    close: () => client.disconnect(),
  }
}

/** What has no connection fails at once. */
const READY = { rejectIfRedisNotReady: true }

/** A package that is not installed; anything else that is wrong with it is said. */
function missing(error: unknown): undefined {
  const { code } = error as { code?: string }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error
}

async function postgresql(options: StoreOptions, { RateLimiterPostgres }: typeof flexible): Promise<Connected> {
  const { url, patienceMs } = options
  const client = ownClient(await import('pg'), {
    connectionString: url,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    application_name: 'telltale',
    keepAlive: true,
  })
  client.on('error', () => {})
  await client.connect()
  ;(client as unknown as { unref?(): void }).unref?.()
  try {
    const limiter = await inTable(client, options, RateLimiterPostgres)
    return { limiter: swept(limiter), close: () => client.end() }
  } catch (error) {
    client.end().catch(() => {})
    throw error
  }
}

/** Of several that make the table at once PostgreSQL lets one through; the others find it made. */
async function inTable(
  client: Client,
  options: StoreOptions,
  Limiter: typeof flexible.RateLimiterPostgres,
  again = false,
): Promise<flexible.RateLimiterPostgres> {
  // Who may use the table may not always make one.
  const { rows } = await client.query('/* telltale */ SELECT to_regclass($1) IS NOT NULL AS there', [TABLE])
  const tableCreated = (rows[0] as { there?: unknown } | undefined)?.there === true
  try {
    return await new Promise<flexible.RateLimiterPostgres>((resolve, reject) => {
      const made: flexible.RateLimiterPostgres = new Limiter(
        {
          ...common(options),
          storeClient: client,
          storeType: 'client',
          tableName: TABLE,
          tableCreated,
          clearExpiredByTimeout: false,
        },
        // Called before the constructor has returned when the table is there.
        (error?: Error) => setImmediate(() => (error ? reject(error) : resolve(made))),
      )
    })
  } catch (error) {
    if (tableCreated || again) throw error
    return inTable(client, options, Limiter, true)
  }
}

/** The library would sweep by a timer of its own that nobody can stop. */
function swept(limiter: flexible.RateLimiterPostgres): flexible.RateLimiterPostgres {
  const own = limiter as unknown as { clearExpired(before: number): Promise<void> }
  const consume = limiter.consume.bind(limiter)
  let at = monotonic()
  limiter.consume = (...given) => {
    if (monotonic() - at >= SWEEP_MS) {
      at = monotonic()
      void own.clearExpired(Date.now() - SWEEP_MS)
    }
    return consume(...given)
  }
  return limiter
}
