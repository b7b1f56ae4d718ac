// What no single key can say: settings that contradict each other (faults), and settings that are allowed but probably
// not meant (warnings).
import { Fault } from '../base/fault.ts'
import { applicationTokens } from './application.ts'
import type { Config } from './config.ts'
import { LOOPBACK, type Said } from './exporters.ts'
import { objectives } from './objectives.ts'
import { patternFault } from './pattern.ts'
import { parseRange, RANGES, UNIX } from './range.ts'
import { SHARED_URL } from './scrape.ts'
import type { Settings } from './settings.gen.ts'
import { DATABASE_URL } from './tokens.ts'
import { find, type Origin, originText, type Tree } from './tree.ts'
import { warning } from './warning.ts'
import { clip, place } from './yaml.ts'

const PROMETHEUS = ['observability', 'prometheus'] as const
const EXPORTERS = ['observability', 'opentelemetry', 'metrics', 'exporters'] as const

export function applyRules(config: Config, tree: Tree, said: Said): void {
  endpointsAgree(config, tree, said)
  guard(config, tree, said)
  addresses(config, tree, said)
  sharedLimit(config, tree, said)
  tokenStore(config, tree, said)
  trailStore(config, tree, said)
  applicationTokens(config, tree, said)
  openTiers(config, tree, said)
  statusOfInvalidToken(config, tree, said)
  customMetrics(config, tree, said)
  uniqueNames(config, tree, said)
  objectives(config, tree, said)
  operations(config, tree, said)
  paths(config, tree, said)
  resources(config, tree, said)
  instances(config, tree, said)
  patterns(config, tree, said)
}

function conflict(said: Said, subject: string, at: Origin | undefined, found: string, allowed?: string): void {
  const where = place(at)
  const detail = { subject: at?.variable ?? subject, found, ...(allowed && { allowed }), ...(where && { where }) }
  said.faults.push(new Fault(at?.variable ? 'ENV_VALUE' : 'CONFIG_CONFLICT', detail))
}

function origin(tree: Tree, path: readonly (string | number)[]): Origin | undefined {
  return find(tree, path)?.at
}

/** Ruling 62: two different scrape paths. */
function endpointsAgree(config: Config, tree: Tree, said: Said): void {
  const own = origin(tree, [...PROMETHEUS, 'endpoint'])
  let first = own ? config.observability.prometheus.endpoint : undefined
  config.observability.opentelemetry.metrics.exporters.forEach((exporter, i) => {
    if (exporter.type !== 'prometheus' || !exporter.endpoint) return
    if (first === undefined) first = exporter.endpoint
    else if (first !== exporter.endpoint) {
      const at = origin(tree, [...EXPORTERS, i, 'endpoint'])
      conflict(said, `${EXPORTERS.join('.')}[${i}].endpoint`, at, exporter.endpoint, first)
    }
  })
}

/** Rulings 1 and 56. Who starts a service refuses what is a warning here: a check may run where no secret is set. */
function guard(config: Config, tree: Tree, said: Said): void {
  const { authentication, guard } = config.scrape
  const { methods, tokenEnv, token } = authentication
  const path = [...PROMETHEUS, 'authentication', 'enabled']
  const subject = path.join('.')
  const at = origin(tree, path)
  if (!config.scrape.enabled) return
  if (guard === 'address') return
  if (guard === 'none') {
    if (config.observability.prometheus.authentication.allowed_addresses.length > 0) {
      const text = `allowed_addresses is not looked at: the guard is off, and ${config.scrape.path} is open to everyone.`
      said.warnings.push(warning('GUARD_OFF', text, subject, at))
      return
    }
    if (token === undefined) return
    const text = `${tokenEnv} is set, but ${config.scrape.path} is open to everyone.`
    said.warnings.push(warning('GUARD_OFF', text, subject, at))
    return
  }
  if (token !== undefined && !CARRIED.test(token)) {
    const allowed = 'letters, digits and other visible ASCII characters, at most 8192'
    said.faults.push(new Fault('ENV_VALUE', { subject: tokenEnv, allowed }))
  }
  const ours = methods.some((method) => method !== 'jwt')
  const held = ours && (token !== undefined || authentication.tokens)
  const signed = methods.includes('jwt') && authentication.jwt
  if (!held && !signed) {
    const text = `${[...(ours ? [lacksToken(config)] : []), ...(methods.includes('jwt') ? [lacksKey(config)] : [])].join(', and ')}: nobody can prove who they are, so ${config.scrape.path} answers nobody.`
    said.warnings.push(warning('GUARD_NO_CREDENTIAL', text, subject, at))
  } else if (methods.includes('jwt') && !signed) {
    said.warnings.push(warning('GUARD_METHOD', `${lacksKey(config)}: no JWT is accepted.`, subject, at))
  } else if (ours && !held) {
    said.warnings.push(warning('GUARD_METHOD', `${lacksToken(config)}: JWTs alone are accepted.`, subject, at))
  }
}

/** What a header carries, and what is read of it. */
const CARRIED = /^[\x21-\x7e]{1,8192}$/

function lacksToken({ scrape, access }: Config): string {
  const { store, path, url_env } = access.tokens
  const tokens = store === 'file' ? `${path} has no token` : `${url_env} is not set`
  return `${scrape.authentication.tokenEnv} is not set and ${tokens}`
}

function lacksKey({ access }: Config): string {
  return `${access.jwt.secret_env} has no secret of 32 bytes and access.jwt.jwks_url is not set`
}

/** Addresses that nobody can have. */
function addresses(config: Config, tree: Tree, said: Said): void {
  const allowed = [...PROMETHEUS, 'authentication', 'allowed_addresses']
  ranges(config.observability.prometheus.authentication.allowed_addresses, allowed, RANGES, tree, said)
  const proxies = ['access', 'trusted_proxies']
  const known = config.access.trusted_proxies.map((proxy) => (proxy === UNIX ? '127.0.0.1' : proxy))
  ranges(known, proxies, `${RANGES}, or ${UNIX}`, tree, said)
  if (config.proxies.ranges.every(({ prefix }) => prefix > 0)) return
  const text = 'Everybody is a trusted proxy: any client may say which address it has.'
  said.warnings.push(warning('PROXY_ANYBODY', text, proxies.join('.'), origin(tree, proxies)))
}

function ranges(written: readonly string[], path: string[], allowed: string, tree: Tree, said: Said): void {
  written.forEach((range, i) => {
    if (parseRange(range) !== undefined) return
    const where = place(origin(tree, [...path, i]))
    const detail = { subject: text([...path, i]), found: clip(JSON.stringify(range)), allowed, ...(where && { where }) }
    said.faults.push(new Fault('CONFIG_VALUE', detail))
  })
}

/** Replicas that shall add up and have no place to do so count for themselves, which admits more and opens nothing. */
function sharedLimit(config: Config, tree: Tree, said: Said): void {
  const { shared, url_env } = config.observability.prometheus.authentication.rate_limit
  if (shared === undefined || config.scrape.guard === 'none' || config.scrape.authentication.shared) return
  const path = [...PROMETHEUS, 'authentication', 'rate_limit', 'shared']
  const text = `${url_env ?? SHARED_URL[shared]} is not set: each replica counts its own requests.`
  said.warnings.push(warning('LIMIT_NOT_SHARED', text, path.join('.'), origin(tree, path)))
}

/** A database of tokens that cannot be asked: the other ways to prove oneself go on, and who changes tokens is told. */
function tokenStore(config: Config, tree: Tree, said: Said): void {
  const { tokens, scrape } = config
  if (tokens.store !== 'postgresql') return
  if (tokens.url !== undefined && !DATABASE_URL.test(tokens.url))
    said.faults.push(new Fault('ENV_VALUE', { subject: tokens.urlEnv, allowed: 'a URL that begins with postgres://' }))
  const asked = scrape.guard === 'required' && scrape.authentication.methods.some((method) => method !== 'jwt')
  // With nothing else to prove oneself by, the guard says so.
  if (tokens.url !== undefined || !asked || scrape.authentication.token === undefined) return
  const path = ['access', 'tokens', 'store']
  const text = `${tokens.urlEnv} is not set: no token of the database is accepted.`
  said.warnings.push(warning('TOKENS_NO_URL', text, path.join('.'), origin(tree, path)))
}

/** A trail that cannot be kept: a service does not start without it, a check that runs elsewhere only says so. */
function trailStore({ trail }: Config, tree: Tree, said: Said): void {
  if (!trail.enabled || trail.store !== 'postgresql') return
  if (trail.url === undefined) {
    const text = `${trail.urlEnv} is not set: the audit trail has no database, and a service does not start without it.`
    said.warnings.push(warning('AUDIT_NO_URL', text, 'audit.store', origin(tree, ['audit', 'store'])))
  } else if (!DATABASE_URL.test(trail.url))
    said.faults.push(new Fault('ENV_VALUE', { subject: trail.urlEnv, allowed: 'a URL that begins with postgres://' }))
}

/** Ruling 58, where it matters: without application authentication the console is open to whoever reaches the listener. */
function openTiers(config: Config, tree: Tree, said: Said): void {
  const { server, access, console: shown } = config
  if (!server.enabled || !shown.enabled || access.jwt.enabled || LOOPBACK.test(server.host)) return
  const text = `Application authentication is off: the tenant and system tiers of the console are open to everyone who reaches ${server.host}:${server.port}.`
  said.warnings.push(warning('ACCESS_OPEN', text, 'access.jwt.enabled', origin(tree, ['server', 'host'])))
}

function statusOfInvalidToken(config: Config, tree: Tree, said: Said): void {
  const path = [...PROMETHEUS, 'authentication', 'invalid_token_status']
  if (config.observability.prometheus.authentication.invalid_token_status === 402)
    conflict(said, path.join('.'), origin(tree, path), '402', '401 or 403')
}

/**
 * R-15 and ruling 48: declarations of one kind and one exposed name are one instrument. Two full definitions of one name are
 * a fault, and so is one name in two kinds. A counter is exposed with `_total`, so `orders` and `orders_total` meet.
 */
function customMetrics(settings: Settings, tree: Tree, said: Said): void {
  const seen = new Map<string, { kind: string; full: boolean; at: Origin | undefined }>()
  const add = (kind: string, name: string, full: boolean, path: (string | number)[]) => {
    if (name === '') return
    const base = name.replace(/_total$/, '')
    const at = origin(tree, path)
    const before = seen.get(base)
    if (!before) seen.set(base, { kind, full, at })
    else if (before.kind !== kind)
      conflict(said, text(path), at, `${kind} ${name}, at ${originText(before.at)} a ${before.kind}`)
    else if (full && before.full)
      conflict(said, text(path), at, `${name} a second time, first at ${originText(before.at)}`)
    else if (full) seen.set(base, { kind, full, at })
  }
  for (const kind of ['counter', 'gauge', 'histogram'] as const) {
    settings.custom_metrics[`${kind}s`].forEach((metric, i) => {
      add(kind, metric.name, true, ['custom_metrics', `${kind}s`, i, 'name'])
    })
  }
  const business = settings.observability.prometheus.metrics.business
  for (const kind of ['counter', 'gauge', 'histogram'] as const) {
    const key = `custom_${kind}s` as const
    business[key].forEach((name, i) => {
      add(kind, name, false, [...PROMETHEUS, 'metrics', 'business', key, i])
    })
  }
}

/** Entries of one list that go by a name. */
function uniqueNames(settings: Settings, tree: Tree, said: Said): void {
  unique(['observability', 'health', 'checks'], 'name', settings.observability.health.checks, tree, said)
  unique(['alerts'], 'name', settings.alerts, tree, said)
  unique(['slos'], 'name', settings.slos, tree, said)
  unique(['watchlist'], 'title', settings.watchlist, tree, said)
  unique(['ops', 'queues'], 'name', settings.ops.queues, tree, said)
  unique(['redact', 'patterns'], 'name', settings.redact.patterns, tree, said)
  unique(['console', 'resources'], 'type', settings.console.resources, tree, said)
}

function unique(list: string[], key: string, entries: readonly object[], tree: Tree, said: Said): void {
  const seen = new Map<unknown, Origin | undefined>()
  entries.forEach((entry, i) => {
    const name = (entry as Record<string, unknown>)[key]
    if (name === '' || name === undefined) return
    const path = [...list, i, key]
    const at = origin(tree, path) ?? origin(tree, [...list, i])
    if (seen.has(name))
      conflict(said, text(path), at, `"${name}" a second time, first at ${originText(seen.get(name))}`)
    else seen.set(name, at)
  })
}

/** The scrape and health cannot share a path. */
function paths(config: Config, tree: Tree, said: Said): void {
  const { health } = config.observability
  if (!config.scrape.enabled || !health.enabled || health.endpoint !== config.scrape.path) return
  const at = origin(tree, ['observability', 'health', 'endpoint']) ?? origin(tree, [...PROMETHEUS, 'endpoint'])
  conflict(said, 'observability.health.endpoint', at, `${health.endpoint}, which is the path of the scrape`)
}

function resources(settings: Settings, tree: Tree, said: Said): void {
  settings.console.resources.forEach((resource, i) => {
    const both = resource.table !== undefined && resource.collection !== undefined
    if (!both && (resource.table !== undefined || resource.collection !== undefined)) return
    const path = ['console', 'resources', i]
    conflict(
      said,
      text(path),
      origin(tree, path),
      both ? 'table and collection' : 'neither table nor collection',
      'one of the two',
    )
  })
}

function instances(settings: Settings, tree: Tree, said: Said): void {
  const { min_instances, max_instances } = settings.scaling.instances
  if (min_instances <= max_instances) return
  const path = ['scaling', 'instances', 'max_instances']
  const at = origin(tree, path) ?? origin(tree, ['scaling', 'instances', 'min_instances'])
  conflict(said, text(path), at, String(max_instances), `at least min_instances, ${min_instances}`)
}

/** Filled in by the panel. */
const PLACES = ['trace_id', 'correlation_id']
/** One of them at least. */
const NEEDED = { trace: ['trace_id'], logs: PLACES, dashboard: [] } as const

/** Addresses that the panel links to are shown: nothing but http and https is one, and no credential may stand in them. */
function operations({ ops }: Settings, tree: Tree, said: Said): void {
  const wrong = (path: readonly string[], allowed: string): void => {
    const at = find(tree, path)?.at
    const where = place(at)
    const subject = at?.variable ?? path.join('.')
    // The address itself is not repeated: a credential may be in it.
    said.faults.push(
      new Fault(at?.variable ? 'ENV_VALUE' : 'CONFIG_VALUE', { subject, allowed, ...(where && { where }) }),
    )
  }
  for (const key of ['trace', 'logs', 'dashboard'] as const) {
    const link = ops.links[key]
    if (link === undefined) continue
    const path = ['ops', 'links', key]
    const written = [...link.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name!)
    const unknown = written.some((name) => !PLACES.includes(name))
    const needed: readonly string[] = NEEDED[key]
    if (unknown) wrong(path, 'an address in which {trace_id} and {correlation_id} alone are filled in')
    else if (needed.length > 0 && !needed.some((name) => written.includes(name)))
      wrong(path, `an address with ${needed.map((name) => `{${name}}`).join(' or ')}`)
    else if (!isLink(link.replace(/\{\w+\}/g, '0'))) wrong(path, LINK)
  }
  for (const [id, link] of Object.entries(ops.runbooks)) if (!isLink(link)) wrong(['ops', 'runbooks', id], LINK)

  const { http_5xx_rate, http_5xx_critical } = ops.incidents
  if (http_5xx_critical < http_5xx_rate)
    wrong(['ops', 'incidents', 'http_5xx_critical'], `at least http_5xx_rate, ${http_5xx_rate}`)
}

const LINK = 'an http or https URL without credentials'

function isLink(text: string): boolean {
  if (!/^https?:\/\/[^\s<>"'`\\]+$/i.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

const MOST_PATTERNS = 32

/** Patterns run over what clients send: one that can take for ever is a fault here, not a standstill later. */
function patterns(settings: Settings, tree: Tree, said: Said): void {
  settings.redact.patterns.forEach(({ name, pattern }, i) => {
    const path = ['redact', 'patterns', i, 'pattern']
    const hint = i >= MOST_PATTERNS ? `At most ${MOST_PATTERNS} patterns are taken.` : patternFault(pattern)
    if (hint === undefined) return
    const at = origin(tree, path)
    const where = place(at)
    const subject = at?.variable ?? text(path)
    const detail = { subject, found: `pattern ${JSON.stringify(name)}`, hint, ...(where && { where }) }
    said.faults.push(new Fault(at?.variable ? 'ENV_VALUE' : 'CONFIG_VALUE', detail))
  })
}

function text(path: readonly (string | number)[]): string {
  let written = ''
  for (const step of path) written += typeof step === 'number' ? `[${step}]` : written ? `.${step}` : step
  return written
}
