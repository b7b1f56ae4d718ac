// What is asked of a service that was really started, over HTTP, about the records of the inventory's contract. It needs
// nothing of the test runner, so that a process of another Node asks too.
import { request } from 'node:http'
import { DEFAULT, HOSTILE, ODD_TYPE, resources } from '../../inventory/contract.ts'

/** A service with nothing guarded and the declared record types. */
export const serviceYaml = (home: 'table' | 'collection', more: object = {}): string =>
  JSON.stringify({
    name: 'shop',
    server: { port: 0 },
    access: { tenants: { default: DEFAULT } },
    console: { instance: 'shop-1', resources: resources(home) },
    ...more,
  })

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

export function ask(
  address: string | undefined,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request(`${address}${path}`, { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        const isJson = /json/.test(response.headers['content-type'] ?? '')
        resolve({ status: response.statusCode!, headers: response.headers, body: isJson ? JSON.parse(text) : text })
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** As a header can carry it. */
export const header = (tenant: string): Record<string, string> => ({
  'x-tenant-id': Buffer.from(tenant).toString('latin1'),
})

/** The questions of the inventory's contract by their names there: path and tenant. */
export function questions(): Readonly<Record<string, readonly [path: string, tenant: string]>> {
  const at = (path: string) => `/console/metrics/${path}`
  const asked: Record<string, readonly [string, string]> = {}
  for (const tenant of ['acme', 'zeta', DEFAULT, 'nobody', ...HOSTILE]) {
    const days = tenant === 'acme' ? 5 : 3
    asked[`counts of ${tenant}`] = [at(`resource-counts?days=${days}`), tenant]
    asked[`distribution of ${tenant}`] = [at('resource-distribution'), tenant]
    asked[`activity of ${tenant}`] = [at(`activity?days=${days}`), tenant]
  }
  const types = encodeURIComponent(` Note ,, Unknown,Order,Note, ${ODD_TYPE},' OR 1=1 --,$k`)
  asked['counts of some'] = [at(`resource-counts?days=1&types=${types}`), 'acme']
  asked['counts without days'] = [at('resource-counts?days=1&types=Code'), DEFAULT]
  asked['counts of unknown types'] = [at('resource-counts?days=1&types=x,y'), 'acme']
  asked['the busiest type'] = [at('resource-distribution?top=1'), 'acme']
  asked['tenants'] = [at('tenants'), '']
  asked['traffic'] = [at('traffic?window=60'), '']
  asked['uptime'] = [at('uptime'), '']
  return asked
}

/** Every answer by the name of its question: the body, or what a tenant that is none is told. */
export async function answers(address: string | undefined): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const [name, [path, tenant]] of Object.entries(questions())) {
    const { status, body } = await ask(address, path, tenant === '' ? {} : header(tenant))
    found[name] = status === 200 ? body : `${status} ${(body as { code: string }).code}`
  }
  return found
}

/** How many statements each figure takes when ten ask at once, and when another ten ask after them. */
export async function statements(
  address: string | undefined,
  calls: () => number,
): Promise<Record<string, readonly number[]>> {
  const found: Record<string, readonly number[]> = {}
  for (const path of ['resource-counts?days=9', 'activity?days=9', 'resource-distribution?top=9', 'tenants']) {
    const seen: number[] = []
    for (let round = 0; round < 2; round++) {
      const before = calls()
      const ten = Array.from({ length: 10 }, () => ask(address, `/console/metrics/${path}`, header('statements')))
      const statuses = (await Promise.all(ten)).map(({ status }) => status)
      if (statuses.some((status) => status !== 200)) throw new Error(`${path} answered ${statuses.join()}`)
      seen.push(calls() - before)
    }
    found[path] = seen
  }
  return found
}
