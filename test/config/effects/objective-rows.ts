// Keys of objectives and of the watchlist, as /admin/ops answers them.
import type { ObjectiveAnswer, WatchAnswer } from '../../../src/objectives/answer.ts'
import type * as door from '../../../src/objectives.ts'
import { type Row, row } from './row.ts'
import { get, type Service } from './service.ts'

const LATENCY = { name: 'steps', metric: 'steps', threshold: '300ms' }
const RATIO = { name: 'jobs', kind: 'ratio', total: { metric: 'jobs' }, bad: { metric: 'failed' } }
const SIGNAL = { title: 'rows', metric: 'depth', watch: 4, warn: 9, breach: 20 }

/** Steps of 0.1 s and one of 0.4 s, four jobs of which one failed, a queue and a table. */
async function recorded(service: Service): Promise<void> {
  await service.start()
  const { counter, gauge, histogram } = service.product
  const steps = histogram('steps', { labels: ['kind'] })
  for (let i = 0; i < 9; i++) steps.observe(0.1, { kind: 'quick' })
  steps.observe(0.4, { kind: 'slow' })
  histogram('others').observe(0.02)
  const jobs = counter('jobs', { labels: ['result'] })
  jobs.add(3, { result: 'ok' })
  jobs.add(1, { result: 'failed' })
  counter('failed').add(2)
  counter('done', { labels: ['result'] }).add(3, { result: 'ok' })
  const depth = gauge('depth', { labels: ['queue'] })
  depth.set(5, { queue: 'mails' })
  depth.set(10, { queue: 'bills' })
  gauge('lag').set(30)
}

async function answered<T>(service: Service, what: 'objectives' | 'watchlist'): Promise<T> {
  const { body } = await get(`${service.telltale.address}/admin/ops/${what}`)
  const { objectives, items } = JSON.parse(body)
  return (objectives ?? items)[0]
}

const objective = (seen: (one: ObjectiveAnswer) => unknown) => async (service: Service) => {
  await recorded(service)
  // What was answered a moment ago holds for a second.
  return service.settled(async () => seen(await answered<ObjectiveAnswer>(service, 'objectives')))
}

const signal = (seen: (one: WatchAnswer) => unknown) => async (service: Service) => {
  await recorded(service)
  return seen(await answered<WatchAnswer>(service, 'watchlist'))
}

/** An event without an end. */
async function lost(service: Service): Promise<unknown> {
  await service.start()
  const { began } = service.door<typeof door>('objectives')
  began('lost', 1)
  return service.settled(async () => (await answered<ObjectiveAnswer>(service, 'objectives')).error_budget.bad_count)
}

const dev = true
const latency = { base: { dev, slos: [LATENCY] } }
const ratio = { base: { dev, slos: [RATIO] } }
const good = { base: { dev, slos: [{ ...RATIO, bad: undefined, good: { metric: 'done' } }] } }
const listed = { base: { dev, watchlist: [SIGNAL] } }

const judged = objective(({ status, value }) => [status, value])
const level = signal((one) => [one.level, one.value])

export const OBJECTIVES: readonly Row[] = [
  row(
    'slos[].name',
    ['steps', 'paces'],
    objective(({ name }) => name),
    ['steps', 'paces'],
    latency,
  ),
  row(
    'slos[].description',
    [undefined, 'Quick'],
    objective(({ description }) => description),
    ['', 'Quick'],
    latency,
  ),
  {
    keys: ['slos[].kind', 'slos[].metric'],
    from: { dev, slos: [{ ...LATENCY, kind: 'latency' }] },
    to: { dev, slos: [{ name: 'steps', kind: 'event', threshold: '300ms' }] },
    look: objective(({ kind, status }) => [kind, status]),
    sees: [
      ['latency', 'breached'],
      ['event', 'no_data'],
    ],
  },
  row(
    'slos[].metric',
    ['steps', 'others'],
    judged,
    [
      ['breached', 0.4],
      ['met', 0.0195],
    ],
    latency,
  ),
  row(
    'slos[].labels',
    [undefined, { kind: 'quick' }],
    judged,
    [
      ['breached', 0.4],
      ['met', 0.0975],
    ],
    latency,
  ),
  row(
    'slos[].percentile',
    [undefined, 80],
    judged,
    [
      ['breached', 0.4],
      ['met', 0.0944444444444],
    ],
    latency,
  ),
  row(
    'slos[].comparison',
    [undefined, '<='],
    objective(({ comparison }) => comparison),
    ['<', '<='],
    latency,
  ),
  row(
    'slos[].threshold',
    ['300ms', '500ms'],
    judged,
    [
      ['breached', 0.4],
      ['met', 0.4],
    ],
    latency,
  ),
  row(
    'slos[].total.metric',
    ['jobs', 'steps'],
    judged,
    [
      ['breached', 0.5],
      ['breached', 0.8],
    ],
    ratio,
  ),
  row(
    'slos[].total.labels',
    [undefined, { result: 'ok' }],
    judged,
    [
      ['breached', 0.5],
      ['breached', 1 / 3],
    ],
    ratio,
  ),
  row(
    'slos[].bad.metric',
    ['failed', 'done'],
    judged,
    [
      ['breached', 0.5],
      ['breached', 0.25],
    ],
    ratio,
  ),
  row(
    'slos[].bad.labels',
    [undefined, { result: 'other' }],
    judged,
    [
      ['breached', 0.5],
      ['met', 1],
    ],
    ratio,
  ),
  row(
    'slos[].good.metric',
    ['done', 'failed'],
    judged,
    [
      ['breached', 0.75],
      ['breached', 0.5],
    ],
    good,
  ),
  row(
    'slos[].good.labels',
    [undefined, { result: 'other' }],
    judged,
    [
      ['breached', 0.75],
      ['breached', 0],
    ],
    good,
  ),
  row(
    'slos[].objective',
    [undefined, 0.5],
    judged,
    [
      ['breached', 0.5],
      ['met', 0.5],
    ],
    ratio,
  ),
  row(
    'slos[].window',
    [undefined, '1h'],
    objective((one) => one.window_seconds),
    [300, 3600],
    latency,
  ),
  row(
    'slos[].budget_window',
    [undefined, '7d'],
    objective((one) => one.error_budget.window_seconds),
    [2_592_000, 604_800],
    latency,
  ),
  row('slos[].expire_after', ['1h', '20ms'], lost, [0, 1], {
    base: { dev, slos: [{ name: 'lost', kind: 'event', threshold: '10ms' }] },
  }),
  row(
    'slos[].runbook',
    [undefined, 'https://a'],
    objective(({ runbook }) => runbook),
    [null, 'https://a'],
    latency,
  ),

  row(
    'watchlist[].title',
    ['rows', 'lines'],
    signal(({ title }) => title),
    ['rows', 'lines'],
    listed,
  ),
  row(
    'watchlist[].status',
    [undefined, 'done'],
    signal(({ status }) => status),
    ['open', 'done'],
    listed,
  ),
  row(
    'watchlist[].phase',
    [undefined, 'Q3'],
    signal(({ phase }) => phase),
    [null, 'Q3'],
    listed,
  ),
  row(
    'watchlist[].why',
    [undefined, 'slow'],
    signal(({ why }) => why),
    ['', 'slow'],
    listed,
  ),
  row(
    'watchlist[].current_baseline',
    [undefined, '2'],
    signal((one) => one.current_baseline),
    ['', '2'],
    listed,
  ),
  row(
    'watchlist[].future_target',
    [undefined, '3'],
    signal((one) => one.future_target),
    ['', '3'],
    listed,
  ),
  row(
    'watchlist[].progress',
    [undefined, 'some'],
    signal(({ progress }) => progress),
    ['', 'some'],
    listed,
  ),
  row(
    'watchlist[].owners',
    [undefined, ['ada']],
    signal(({ owners }) => owners),
    [[], ['ada']],
    listed,
  ),
  row(
    'watchlist[].metric',
    ['depth', 'lag'],
    level,
    [
      ['warn', 10],
      ['breach', 30],
    ],
    listed,
  ),
  row(
    'watchlist[].labels',
    [undefined, { queue: 'mails' }],
    level,
    [
      ['warn', 10],
      ['watch', 5],
    ],
    listed,
  ),
  row(
    'watchlist[].watch',
    [4, undefined],
    signal(({ levels }) => levels.watch),
    [4, null],
    listed,
  ),
  row(
    'watchlist[].warn',
    [9, 11],
    level,
    [
      ['warn', 10],
      ['watch', 10],
    ],
    listed,
  ),
  row(
    'watchlist[].breach',
    [20, 10],
    level,
    [
      ['warn', 10],
      ['breach', 10],
    ],
    listed,
  ),
  row(
    'watchlist[].runbook',
    [undefined, 'https://a'],
    signal(({ runbook }) => runbook),
    [null, 'https://a'],
    listed,
  ),
]
