// Conservation: what the shoppers sent, what the hub received over OTLP, what the scrapes show and what the request log
// holds must be one number. Everything is read through public doors: the hub's query API and /metrics.
import { missingFromPrometheus, startPrometheus } from './prometheus.mjs'
import { Traffic } from './traffic.mjs'

/** A machine that does much else takes its time; what is lost never comes. */
const WAIT_MS = 60_000
/** What shoppers and the shop know and nobody else may: it is sent and logged by them on purpose. */
const SECRETS = ['hunter2-secret', 'sk-live-very-secret']
const ERROR = 17

const get = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response
}

/** All pages of a list of the hub's query API. */
async function all(ui, path) {
  const items = []
  let cursor = null
  do {
    const url = new URL(`/api/v1/${path}`, ui)
    url.searchParams.set('limit', '100')
    if (cursor) url.searchParams.set('cursor', cursor)
    const page = await (await get(url)).json()
    items.push(...page.items)
    cursor = page.next_cursor
  } while (cursor)
  return items
}

/** Sum of the samples of one metric in Prometheus text. */
export function sumOf(text, name) {
  let sum = 0
  for (const line of text.split('\n')) {
    if (line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      sum += Number(
        line
          .slice(line.lastIndexOf('} ') + 1)
          .trim()
          .split(' ')[0],
      )
  }
  return sum
}

/** What each part has seen so far. */
async function look({ hub, api }) {
  const rows = await all(hub.ui, 'traces')
  const traces = new Map()
  for (const { trace_id: id } of rows) traces.set(id, await (await get(`${hub.ui}/api/v1/traces/${id}`)).json())
  const spans = [...traces.values()].flatMap(({ tree }) => tree)
  return {
    traces,
    spans,
    server: spans.filter(({ service, kind }) => service === 'shop-api' && kind === 'server'),
    work: spans.filter(({ service, name }) => service === 'shop-worker' && name === 'ship order'),
    logs: await all(hub.ui, 'logs'),
    scraped: sumOf(await (await get(`${api.admin}/metrics`)).text(), 'http_requests_total'),
    samples: await api.ask('samples'),
  }
}

/** Looks until everything is there, or until waiting any longer makes no sense. */
async function settled(shop, requests, answers, orders) {
  const until = Date.now() + WAIT_MS
  for (;;) {
    const seen = await look(shop)
    // Spans, log lines and counts travel each on their own.
    const complete =
      seen.server.length >= requests &&
      seen.work.length >= orders &&
      silentErrors(answers, seen, tracesOf(seen)).logless.length === 0 &&
      Math.min(seen.scraped, seen.samples) >= requests
    if (complete || Date.now() > until) return seen
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

/** Span → id of its trace. */
function tracesOf({ traces }) {
  return new Map([...traces].flatMap(([id, { tree }]) => tree.map((span) => [span, id])))
}

/** Every answer with a 5xx has a failed SERVER span and a log line of its trace. */
function silentErrors(answers, { server, logs }, traceOf) {
  const failed = answers.filter(({ status }) => status >= 500)
  const spanless = failed.filter(
    ({ traceId }) => !server.some((s) => traceOf.get(s) === traceId && s.status === 'error'),
  )
  const logless = failed.filter(({ traceId }) => !logs.some((row) => row.trace_id === traceId && row.severity >= ERROR))
  return { failed: failed.length, spanless, logless }
}

/** Work whose parent is not the SERVER span of the request that asked for it. */
function orphans({ work, server }, traceOf) {
  return work.filter((job) => {
    const parent = server.find((span) => span.span_id === job.parent_span_id)
    return !parent || traceOf.get(parent) !== traceOf.get(job) || parent.attributes['http.route'] !== '/orders'
  })
}

/** Runs the check and prints it; true when nothing is missing. */
export async function checkShop(shop, requests) {
  let complete = true
  const say = (good, text) => {
    complete &&= good
    process.stdout.write(`${good ? 'ok      ' : 'MISSING '} ${text}\n`)
  }
  const prometheus = await startPrometheus([shop.api.admin, shop.worker.admin])
  try {
    const traffic = new Traffic(shop.api.url)
    await traffic.burst(requests)
    const { answers } = traffic
    const orders = answers.filter(({ status }) => status === 201).length
    const seen = await settled(shop, requests, answers, orders)
    const traceOf = tracesOf(seen)

    say(answers.length === requests, `${requests} requests sent, ${answers.length} answered`)
    say(seen.server.length === requests, `${seen.server.length} SERVER spans in the hub`)
    say(seen.scraped === requests, `${seen.scraped} in http_requests_total of the scrape`)
    say(seen.samples === requests, `${seen.samples} samples in the request log`)

    const statuses = new Map(
      seen.server.map((span) => [traceOf.get(span), span.attributes['http.response.status_code']]),
    )
    const unlike = answers.filter(({ status, traceId }) => statuses.get(traceId) !== status)
    say(unlike.length === 0, `${answers.length - unlike.length} answers whose span has their trace id and their status`)

    const { failed, spanless, logless } = silentErrors(answers, seen, traceOf)
    say(
      failed > 0 && spanless.length === 0,
      `${failed - spanless.length} of ${failed} answers with 5xx have an ERROR span`,
    )
    say(
      failed > 0 && logless.length === 0,
      `${failed - logless.length} of ${failed} answers with 5xx have an ERROR log line with their trace id`,
    )

    const lost = orphans(seen, traceOf)
    say(orders > 0 && seen.work.length === orders, `${seen.work.length} of ${orders} orders shipped by the worker`)
    say(
      lost.length === 0,
      `${seen.work.length - lost.length} of ${seen.work.length} worker spans have the API's span as parent`,
    )

    const routes = new Set(seen.server.map(({ attributes }) => attributes['http.route']).filter(Boolean))
    say(
      routes.size >= 6 && ![...routes].some((route) => /\d/.test(route)),
      `${routes.size} routes, all of them templates`,
    )

    const held = JSON.stringify([...seen.traces.values(), ...seen.logs])
    const leaked = SECRETS.filter((secret) => held.includes(secret))
    say(leaked.length === 0, `no secret in the hub${leaked.length > 0 ? `: ${leaked.join(', ')}` : ''}`)

    for (const { good, text } of await missingFromPrometheus(prometheus, shop, requests)) say(good, text)
  } finally {
    await prometheus?.stop()
  }
  process.stdout.write(complete ? '\nNothing is missing.\n' : '\nSomething is missing.\n')
  return complete
}
