// Keys of health: where it answers and what it checks.
import { type Row, row } from './row.ts'
import { get, pause, type Service } from './service.ts'

const KEY = 'observability.health'

async function status(service: Service): Promise<unknown> {
  const { address } = await service.start()
  return Promise.all(['/health', '/up'].map(async (path) => (await get(`${address}${path}`)).status))
}

/** What the health document says: status, word, checks. */
async function answer(service: Service): Promise<unknown> {
  const { address } = await service.start()
  const { status: code, body } = await get(`${address}/health`)
  const { status: word, checks } = JSON.parse(body)
  return [code, word, checks]
}

/** A database that answers, that fails, that takes its time. */
const database = (ping: () => Promise<unknown>) => (service: Service) => {
  service.product.health.database({ name: 'pool', ping })
  return answer(service)
}
const up = database(async () => {})
const down = database(() => Promise.reject(new Error('down')))
const slow = database(() => pause(150))

/** The same of a remote service: /bad fails, /slow takes its time. */
async function remote(service: Service): Promise<unknown> {
  service.collector.answer = async (response, _, { url }) => {
    if (url === '/slow') await pause(150)
    response.writeHead(url === '/bad' ? 500 : 200).end()
    return true
  }
  return answer(service)
}

/** The same of functions of the application. */
function custom(service: Service): Promise<unknown> {
  const { health } = service.product
  health.check('good', () => true)
  health.check('bad', () => false, { critical: false })
  health.check('slow', () => pause(150))
  return answer(service)
}

const LIST = `${KEY}.checks`
const base = (check: object) => ({ base: { observability: { health: { checks: [check] } } } })
const place = (path: string) => `http://127.0.0.1:[port]/${path}`
const ok = (name: string) => [200, 'ok', { [name]: 'ok' }]
const bad = (name: string) => [503, 'unhealthy', { [name]: 'fail' }]
const tolerated = (name: string) => [200, 'degraded', { [name]: 'fail' }]
const NONE = [200, 'ok', undefined]

function ofDatabase(): Row[] {
  const key = (name: string) => `${LIST}[](database).${name}`
  const one = { type: 'database' }
  return [
    row(key('type'), [[], [one]], up, [NONE, ok('database')], { at: LIST }),
    row(key('name'), [undefined, 'orders'], up, [ok('database'), ok('orders')], base(one)),
    row(key('timeout'), [undefined, '20ms'], slow, [ok('database'), bad('database')], base(one)),
    row(key('critical'), [undefined, false], down, [bad('database'), tolerated('database')], base(one)),
  ]
}

function ofRemote(type: 'http' | 'external_service'): Row[] {
  const key = (name: string) => `${LIST}[](${type}).${name}`
  const one = (path: string) => ({ type, name: 'bank', url: place(path) })
  const whole = row(LIST, [[], [one('ok')]], remote, [NONE, ok('bank')])
  return [
    { ...whole, keys: [key('name'), key('type'), key('url')] },
    row(key('name'), ['bank', 'bureau'], remote, [ok('bank'), ok('bureau')], base(one('ok'))),
    row(key('url'), [place('ok'), place('bad')], remote, [ok('bank'), bad('bank')], base(one('ok'))),
    row(key('timeout'), [undefined, '20ms'], remote, [ok('bank'), bad('bank')], base(one('slow'))),
    row(key('critical'), [undefined, false], remote, [bad('bank'), tolerated('bank')], base(one('bad'))),
  ]
}

/** Functions that serve the file as handlers are under the file's name, the others under their own. */
function ofCustom(): Row[] {
  const key = (name: string) => `${LIST}[](custom).${name}`
  const one = (handler: string) => ({ type: 'custom', name: 'stock', handler })
  const seen = (word: string, code: number, checks: object) => [code, word, checks]
  const [good, soft, late] = [{ good: 'ok' }, { bad: 'fail' }, { slow: 'ok' }]
  const whole = row(LIST, [[], [one('good')]], custom, [
    seen('degraded', 200, { ...good, ...soft, ...late }),
    seen('degraded', 200, { ...soft, ...late, stock: 'ok' }),
  ])
  return [
    { ...whole, keys: [key('handler'), key('name'), key('type')] },
    row(
      key('name'),
      ['stock', 'store'],
      custom,
      [
        seen('degraded', 200, { ...soft, ...late, stock: 'ok' }),
        seen('degraded', 200, { ...soft, ...late, store: 'ok' }),
      ],
      base(one('good')),
    ),
    row(
      key('handler'),
      ['good', 'bad'],
      custom,
      [
        seen('degraded', 200, { ...soft, ...late, stock: 'ok' }),
        seen('unhealthy', 503, { ...good, ...late, stock: 'fail' }),
      ],
      base(one('good')),
    ),
    row(
      key('timeout'),
      [undefined, '20ms'],
      custom,
      [
        seen('degraded', 200, { ...good, ...soft, stock: 'ok' }),
        seen('unhealthy', 503, { ...good, ...soft, stock: 'fail' }),
      ],
      base(one('slow')),
    ),
    row(
      key('critical'),
      [undefined, false],
      custom,
      [
        seen('unhealthy', 503, { ...good, ...late, stock: 'fail' }),
        seen('degraded', 200, { ...good, ...late, stock: 'fail' }),
      ],
      base(one('bad')),
    ),
  ]
}

export const HEALTH: readonly Row[] = [
  row(`${KEY}.enabled`, [undefined, false], status, [
    [200, 404],
    [404, 404],
  ]),
  row(`${KEY}.endpoint`, [undefined, '/up'], status, [
    [200, 404],
    [404, 200],
  ]),
  ...ofDatabase(),
  ...ofRemote('http'),
  ...ofRemote('external_service'),
  ...ofCustom(),
]
