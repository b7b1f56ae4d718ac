// The operations page as people have it: built, and shown by a real browser. What it asks is answered by a service of the test,
// which counts every question and says exactly what a test wants to see.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll } from 'vitest'
import { createConsole } from '../../src/console/console.ts'
import { operationsRoutes } from '../../src/console/panel/operations.ts'
import type { Session } from '../../src/console/session.ts'
import { listening } from '../console/ask.ts'
import { builtPages, type Shown, show } from '../panel/kit.ts'

export { expectSound, type Shown, show, WITHOUT_BROWSER } from '../panel/kit.ts'

export interface Question {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly token: string | null
  readonly body: string
}

/** What a question is answered with: JSON, a status with a problem, or a Response. */
export type Reply = object | ((asked: Question) => unknown)

export interface Fake {
  readonly url: string
  /** Everything that was asked, but the page itself. */
  readonly asked: Question[]
  /** By path without its query; changed at will. */
  readonly answers: Record<string, Reply>
  /** Who is let in, by token; the empty one is nobody's. */
  readonly sessions: Record<string, Partial<Session>>
  /** Whether answers say what time it is, by the clock of this machine. A page whose clock a test moves would follow it. */
  dated: boolean
}

export class Refusal {
  readonly status: number
  readonly code: string
  readonly detail: string

  constructor(status: number, code: string, detail: string) {
    this.status = status
    this.code = code
    this.detail = detail
  }
}

const undo: (() => unknown)[] = []
afterAll(() => {
  for (const work of undo.splice(0)) work()
})

const TIERS = ['public', 'tenant', 'system', 'admin'] as const

const WHO: Session = {
  service: 'shop-api',
  version: '1.4.2',
  authentication: true,
  caller: { method: 'jwt', subject: 'ada', roles: ['platform_admin'] },
  tenant: 'default',
  tiers: TIERS,
  instance: 'shop-1',
  links: {},
}

const NOBODY: Partial<Session> = { caller: null, tenant: null, tiers: ['public'], instance: null }

export async function fakeService(answers: Record<string, Reply>, sessions: Fake['sessions'] = {}): Promise<Fake> {
  const page = createConsole({ routes: operationsRoutes({ folder: await builtPages('operations') }) })
  const fake: Fake = {
    url: '',
    asked: [],
    answers: { ...answers },
    sessions: { '': NOBODY, admin: {}, ...sessions },
    dated: true,
  }
  const server = await listening(
    createServer((request, response) => {
      if (!page.listener(request, response)) void answer(fake, request, response)
    }),
  )
  undo.push(() => server.close().closeAllConnections())
  return Object.assign(fake, { url: `http://127.0.0.1:${(server.address() as { port: number }).port}` })
}

async function answer(fake: Fake, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.sendDate = fake.dated
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? null
  const { method = 'GET', url: path = '/' } = request
  const asked: Question = { method, path, token, body: Buffer.concat(chunks).toString() }
  fake.asked.push(asked)
  const who = fake.sessions[token ?? '']
  const name = path.split('?')[0]!
  let told: unknown
  if (who === undefined) told = new Refusal(401, 'invalid_token', 'The token has expired.')
  else if (name === '/console/session') told = { ...WHO, ...who }
  else {
    const known = fake.answers[`${method} ${name}`] ?? fake.answers[name]
    told = typeof known === 'function' ? await (known as (asked: Question) => unknown)(asked) : known
  }
  if (told === undefined) told = new Refusal(404, 'not_found', 'There is nothing at this address.')
  if (told instanceof Response) {
    response.writeHead(told.status, Object.fromEntries(told.headers)).end(Buffer.from(await told.arrayBuffer()))
  } else if (told instanceof Refusal) {
    const { status, code, detail } = told
    response.writeHead(status, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ type: 'about:blank', title: code, status, detail, code }))
  } else {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(told))
  }
}

export async function login(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token)
  await page.keyboard.press('Enter')
}

/** The page for whoever has this token. */
export async function showTo(
  { url }: Pick<Fake, 'url'>,
  token: string,
  width = 1280,
  theme: 'dark' | 'light' = 'light',
  query = '',
): Promise<Shown> {
  const shown = await show(`${url}/console${query}`, width, theme)
  await login(shown.page, token)
  await shown.page.locator('.op-card').first().waitFor()
  return shown
}
