// The probes. They are open to everybody, so they tell a name and a word, never a reason, a URL, a host or what kind of
// store stands behind; liveness looks at no dependency.

import type { Health } from '../health/checks.ts'
import { uptime as processUptime, type Uptime } from '../health/uptime.ts'
import type { Answer, PlainRoute } from './route.ts'

export interface HealthOptions {
  /** Path of the health document, `/health` unless configured; null leaves it out. */
  readonly path: string | null
  readonly health: Health
  /** Not ready while it says so; without it always ready. */
  readonly lifecycle?: { readonly ready: boolean }
  readonly service: string
  readonly version: string
  readonly uptime?: Uptime
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** Seconds after which a probe or a balancer may ask again. */
const RETRY_AFTER = '5'

export function healthRoutes(options: HealthOptions): PlainRoute[] {
  const { path, health, lifecycle, service, version, uptime = processUptime, now = Date.now } = options

  async function document(): Promise<Answer> {
    const { status, checks } = await health.run()
    const body: Record<string, unknown> = {
      status,
      service,
      version,
      uptime_seconds: uptime.seconds(),
      started_at: uptime.startedAt(),
      timestamp: new Date(now()).toISOString(),
    }
    if (checks.length > 0) body['checks'] = Object.fromEntries(checks.map((one) => [one.name, one.status]))
    return json(status === 'unhealthy' ? 503 : 200, body)
  }

  async function readiness(): Promise<Answer> {
    const storage = await health.storage()
    const ready = storage && (lifecycle?.ready ?? true)
    const body = { status: ready ? 'ready' : 'not_ready', checks: { storage: storage ? 'ok' : 'fail' } }
    return ready ? json(200, body) : json(503, body, { 'retry-after': RETRY_AFTER })
  }

  function livez(): Answer {
    const { ok, on, checks } = health.liveness.run()
    let text = ''
    for (const { name, status, reason } of checks) text += `${name}\t${status}${reason === '' ? '' : `: ${reason}`}\n`
    if (!on) text = 'liveness checks are switched off\n'
    else if (text === '') text = 'no liveness checks are registered\n'
    return {
      status: ok ? 200 : 503,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
      body: text,
    }
  }

  const alive: Answer = { status: 200, headers: { 'cache-control': 'no-store' } }
  const routes: PlainRoute[] = [
    { method: 'GET', path: '/_liveness', tier: 'public', answer: () => alive },
    { method: 'GET', path: '/_readiness', tier: 'public', answer: readiness },
    { method: 'GET', path: '/livez', tier: 'public', answer: livez },
  ]
  return path === null ? routes : [{ method: 'GET', path, tier: 'public', answer: document }, ...routes]
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  }
}
