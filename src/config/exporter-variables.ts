// `OTEL_EXPORTER_OTLP_*` and `OTEL_{TRACES,METRICS,LOGS}_EXPORTER`, for every signal alike: they choose the kinds of
// exporters and change the first `otlp` one, or make it. Zipkin's and Jaeger's variables change what is there.
import { decodePairs } from './pairs.ts'
import { type Branch, branch, find, leaf, type Origin, put, type Row, reach, type Tree } from './tree.ts'
import { type Warning, warning } from './warning.ts'

export interface Signal {
  readonly name: 'traces' | 'metrics' | 'logs'
  readonly list: readonly string[]
  /** Kinds that `OTEL_…_EXPORTER` may name. */
  readonly kinds: readonly string[]
}

export const SIGNALS: readonly Signal[] = [
  {
    name: 'traces',
    list: ['observability', 'opentelemetry', 'tracing', 'exporters'],
    kinds: ['otlp', 'console', 'jaeger', 'zipkin'],
  },
  {
    name: 'metrics',
    list: ['observability', 'opentelemetry', 'metrics', 'exporters'],
    kinds: ['otlp', 'console', 'prometheus'],
  },
  { name: 'logs', list: ['observability', 'logging', 'sinks'], kinds: ['otlp', 'console'] },
]

export function overlayExporters(tree: Tree, env: NodeJS.ProcessEnv, warnings: Warning[]): void {
  for (const signal of SIGNALS) overlaySignal(tree, signal, env, warnings)
}

function overlaySignal(tree: Tree, signal: Signal, env: NodeJS.ProcessEnv, warnings: Warning[]): void {
  const written = find(tree, signal.list)
  if (written && written.kind !== 'list') return
  const chosen = choose(tree, signal, env, warnings)
  let items = written ? [...written.items] : []
  if (chosen) {
    items = items.filter((item) => {
      const type = typeOf(item)
      return type === undefined || !signal.kinds.includes(type) || type === 'prometheus' || chosen.words.includes(type)
    })
    for (const word of chosen.words) {
      if (word !== 'prometheus' && !items.some((item) => typeOf(item) === word)) items.push(made(word, chosen.at))
    }
  }
  const endpoint = lookup(env, signal.name, 'ENDPOINT')
  let first = items.find((item): item is Branch => typeOf(item) === 'otlp')
  const mayAdd = !chosen || chosen.words.includes('otlp')
  if (!first && endpoint && mayAdd && (endpoint.own || signal.name === 'traces')) {
    first = made('otlp', { variable: endpoint.variable })
    items.push(first)
  }
  if (first) items[items.indexOf(first)] = overlay(first, signal, env, warnings)
  if (signal.name === 'traces') {
    for (const type of ['zipkin', 'jaeger'] as const) {
      const at = items.findIndex((item) => typeOf(item) === type)
      if (at >= 0) items[at] = overlaySpans(items[at] as Branch, type, env, warnings)
    }
  }
  if (items.length === 0 && !written) return
  const at: Origin = written?.at ?? chosen?.at ?? { variable: endpoint?.variable ?? 'environment' }
  put(tree, signal.list, { kind: 'list', items, at } satisfies Row)
}

function choose(tree: Tree, signal: Signal, env: NodeJS.ProcessEnv, warnings: Warning[]) {
  const variable = `OTEL_${signal.name.toUpperCase()}_EXPORTER`
  const written = env[variable]?.trim()
  if (!written) return undefined
  const at: Origin = { variable }
  const words: string[] = []
  let none = false
  for (const part of written.split(',')) {
    const word = part.trim().toLowerCase()
    if (word === 'none') none = true
    else if (word === 'logging' || word === 'console') words.push('console')
    else if (signal.kinds.includes(word)) words.push(word)
    else if (word !== '')
      warnings.push(warning('ENV_IGNORED', `"${word.slice(0, 80)}" is not known and is ignored.`, variable))
  }
  if (words.includes('prometheus')) put(tree, ['observability', 'prometheus', 'enabled'], leaf(true, at))
  return words.length > 0 || none ? { words: [...new Set(words)], at } : undefined
}

/** A copy of `item` with what the environment says about this signal. */
function overlay(item: Branch, signal: Signal, env: NodeJS.ProcessEnv, warnings: Warning[]): Branch {
  const copy: Branch = { ...item, entries: new Map(item.entries) }
  const set = (key: string, value: string, at: Origin) => copy.entries.set(key, { at, value: leaf(value, at, true) })
  const endpoint = lookup(env, signal.name, 'ENDPOINT')
  if (endpoint)
    set('endpoint', endpoint.value, { variable: endpoint.variable, endpoint: endpoint.own ? 'exact' : 'base' })
  const protocol = lookup(env, signal.name, 'PROTOCOL')
  if (protocol) {
    const word = protocol.value.toLowerCase()
    set('protocol', word === 'http' ? 'http/protobuf' : word, { variable: protocol.variable })
  }
  const timeout = lookup(env, signal.name, 'TIMEOUT')
  if (timeout) {
    if (/^[1-9]\d{0,6}$/.test(timeout.value)) set('timeout', `${timeout.value}ms`, { variable: timeout.variable })
    else warnings.push(warning('ENV_IGNORED', 'It is not a number of milliseconds and is ignored.', timeout.variable))
  }
  for (const [suffix, key] of [
    ['COMPRESSION', 'compression'],
    ['INSECURE', 'insecure'],
    ['CERTIFICATE', 'certificate'],
    ['CLIENT_KEY', 'client_key'],
    ['CLIENT_CERTIFICATE', 'client_certificate'],
  ] as const) {
    const given = lookup(env, signal.name, suffix)
    if (given) set(key, given.value, { variable: given.variable })
  }
  const headers = lookup(env, signal.name, 'HEADERS')
  if (headers) overlayHeaders(copy, headers.value, { variable: headers.variable }, warnings)
  return copy
}

/** `OTEL_EXPORTER_ZIPKIN_*` and `OTEL_EXPORTER_JAEGER_*` change the first exporter of their type; they do not make one. */
function overlaySpans(item: Branch, type: 'zipkin' | 'jaeger', env: NodeJS.ProcessEnv, warnings: Warning[]): Branch {
  const copy: Branch = { ...item, entries: new Map(item.entries) }
  const given = (suffix: string) => {
    const variable = `OTEL_EXPORTER_${type.toUpperCase()}_${suffix}`
    const value = env[variable]?.trim()
    return value ? { value, at: { variable } as Origin, variable } : undefined
  }
  const endpoint = given('ENDPOINT')
  if (endpoint) copy.entries.set('endpoint', { at: endpoint.at, value: leaf(endpoint.value, endpoint.at, true) })
  const timeout = given('TIMEOUT')
  if (timeout && /^[1-9]\d{0,6}$/.test(timeout.value))
    copy.entries.set('timeout', { at: timeout.at, value: leaf(`${timeout.value}ms`, timeout.at, true) })
  else if (timeout)
    warnings.push(warning('ENV_IGNORED', 'It is not a number of milliseconds and is ignored.', timeout.variable))
  if (type === 'zipkin') return copy
  const protocol = given('PROTOCOL')
  if (protocol && protocol.value !== 'http/thrift.binary')
    warnings.push(warning('ENV_IGNORED', 'Only http/thrift.binary is spoken to Jaeger.', protocol.variable))
  const [user, password] = [given('USER'), given('PASSWORD')]
  if (!user || !password) return copy
  const basic = Buffer.from(`${user.value}:${password.value}`).toString('base64')
  setHeaders(copy, [['authorization', `Basic ${basic}`]], password.at)
  return copy
}

function overlayHeaders(item: Branch, written: string, at: Origin, warnings: Warning[]): void {
  const pairs = decodePairs(written)
  if (!pairs) {
    warnings.push(
      warning(
        'ENV_IGNORED',
        'It is not a list of key=value with percent-encoded values; all of it is ignored.',
        at.variable,
      ),
    )
    return
  }
  setHeaders(item, pairs, at)
}

/** They take the place of headers of the same name in any case. */
function setHeaders(item: Branch, pairs: readonly (readonly [string, string])[], at: Origin): void {
  const before = item.entries.get('headers')?.value
  if (before && before.kind === 'map') {
    item.entries.set('headers', { at: before.at, value: { ...before, entries: new Map(before.entries) } })
  }
  const headers = reach(item, ['headers'], at)
  if (!headers) return
  for (const [key, value] of pairs) {
    for (const name of [...headers.entries.keys()]) {
      if (name.toLowerCase() === key.toLowerCase()) headers.entries.delete(name)
    }
    headers.entries.set(key, { at, value: leaf(value, at) })
  }
}

/** The signal's own variable, else the generic one. Empty counts as unset. */
function lookup(env: NodeJS.ProcessEnv, signal: string, suffix: string) {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`
  const generic = `OTEL_EXPORTER_OTLP_${suffix}`
  for (const variable of [own, generic]) {
    const value = env[variable]?.trim()
    if (value) return { variable, value, own: variable === own }
  }
  return undefined
}

function typeOf(item: Tree): string | undefined {
  const type = find(item, ['type'])
  return type?.kind === 'leaf' && typeof type.value === 'string' ? type.value : undefined
}

function made(type: string, at: Origin): Branch {
  const item = branch(at)
  item.entries.set('type', { at, value: leaf(type, at) })
  return item
}
