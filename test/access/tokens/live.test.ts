import { afterEach, expect, test } from 'vitest'
import { LiveTokens, type OpenTokens } from '../../../src/access/tokens/live.ts'
import type { StoredToken } from '../../../src/access/tokens/record.ts'
import type { Kept, TokenStore } from '../../../src/access/tokens/store.ts'
import { Fault } from '../../../src/base/fault.ts'
import { ID, notices, OTHER_ID, stored } from './kit.ts'

/** A store that a test fills, breaks and mends; `looked` resolves at the end of the next look that begins. */
class Shelf implements TokenStore {
  tokens: readonly StoredToken[] | null = []
  broken: Fault | null = null
  mark = 0
  looks = 0
  closed = false
  gate: Promise<void> = Promise.resolve()
  #waiting: (() => void)[] = []

  async read(mark?: string): Promise<Kept | null> {
    await this.gate
    this.looks++
    // Who waits since before this look; it ends after this turn.
    const waiting = this.#waiting.splice(0)
    setImmediate(() => {
      for (const done of waiting) done()
    })
    if (this.broken !== null) throw this.broken
    if (mark === String(this.mark)) return null
    return { mark: String(this.mark), tokens: this.tokens }
  }
  change = (): never => {
    throw new Error('a service never changes tokens')
  }
  close = async (): Promise<void> => {
    this.closed = true
  }
  put(...tokens: StoredToken[]): void {
    this.tokens = tokens
    this.mark++
  }
  looked(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

const heard = notices()
let open: OpenTokens | undefined
afterEach(async () => {
  await open?.close()
  heard.said.length = 0
})

let now = 10_000
let age = 0
function live(shelf: Shelf, staleMs = 1000): LiveTokens {
  now = 10_000
  age = 0
  const made = new LiveTokens(shelf, { refreshMs: 1, staleMs, clock: () => now, ages: () => age })
  open = made
  return made
}

const broken = () => new Fault('TOKENS_UNREACHABLE', { subject: 't', found: 'connect ECONNREFUSED' })
const UNREACHABLE =
  'TOKENS_UNREACHABLE t: The database of tokens cannot be used; found connect ECONNREFUSED. Check its URL, that it runs, and what its user may do.'

test('the first request waits for the first look, later ones for nothing [R-24]', async () => {
  const shelf = new Shelf()
  const token = stored({ scopes: ['metrics:read', 'a:b'], expiresAt: 20_000 })
  shelf.put(token)
  let opened = (): void => {}
  shelf.gate = new Promise((resolve) => {
    opened = resolve
  })
  const tokens = live(shelf)
  const first = tokens.find(token.text)
  expect(first).toBeInstanceOf(Promise)
  expect(tokens.active()).toBe(0)
  opened()
  const found = { ok: true, token: { id: ID, scopes: ['metrics:read', 'a:b'], expiresAt: 20_000, createdAt: 1000 } }
  expect(await first).toEqual(found)
  expect(tokens.find(token.text)).toEqual(found)
  expect(tokens.active()).toBe(1)
})

test('whatever is no token of ours is refused at once, also while nothing is known [R-24]', () => {
  const shelf = new Shelf()
  shelf.gate = new Promise(() => {})
  const tokens = live(shelf)
  for (const text of ['', 'x', `${stored().text}x`]) expect(tokens.find(text)).toEqual({ ok: false, result: 'invalid' })
})

test('a token is what the clock and the last look say: accepted, expired, revoked, replaced, unknown [R-24]', async () => {
  const shelf = new Shelf()
  const token = stored({ expiresAt: 20_000 })
  shelf.put(token)
  const tokens = live(shelf)
  const result = (text = token.text) => {
    const found = tokens.find(text) as { ok: boolean; result?: string }
    return found.ok ? 'ok' : found.result
  }
  await tokens.find(token.text)
  expect([result(), result(stored({ id: OTHER_ID }).text), result(stored().text)]).toEqual(['ok', 'invalid', 'invalid'])
  now = 20_000
  expect([result(), tokens.active()]).toEqual(['expired', 0])
  now = 10_000
  shelf.put({ ...token, replacedBy: OTHER_ID, acceptedUntil: 15_000 })
  await shelf.looked()
  expect(tokens.find(token.text)).toMatchObject({ ok: true, token: { expiresAt: 15_000 } })
  now = 15_000
  expect(result()).toBe('invalid')
  now = 10_000
  shelf.put({ ...token, revokedAt: 99_999 })
  await shelf.looked()
  expect([result(), tokens.active()]).toEqual(['invalid', 0])
  expect(heard.said).toEqual([])
})

test('the last known tokens hold while they cannot be read, for a bound; then nobody is let in; each is said once [R-24]', async () => {
  const shelf = new Shelf()
  const token = stored()
  shelf.put(token)
  const tokens = live(shelf)
  await tokens.find(token.text)
  shelf.broken = broken()
  await shelf.looked()
  age = 1000
  await shelf.looked()
  expect([(await tokens.find(token.text)).ok, tokens.active()]).toEqual([true, 1])
  age = 1001
  expect(() => tokens.find(token.text)).toThrow('it is not known which tokens are accepted')
  expect(tokens.active()).toBe(0)
  await shelf.looked()
  await shelf.looked()
  expect(heard.said).toEqual([
    `warn tokens.unreadable: the tokens cannot be read, the last known ones hold for 1 s: ${UNREACHABLE}`,
    `error tokens.closed: the tokens cannot be read, so no token is accepted: ${UNREACHABLE}`,
  ])
  shelf.broken = null
  await shelf.looked()
  expect((await tokens.find(token.text)).ok).toBe(true)
  shelf.broken = broken()
  await shelf.looked()
  expect(heard.said.slice(2)).toEqual(['info tokens.readable: the tokens can be read again', heard.said[0]])
})

test('an outage does not begin anew with each failure: the age counts from the last look that succeeded', async () => {
  const shelf = new Shelf()
  const token = stored()
  shelf.put(token)
  const tokens = live(shelf)
  await tokens.find(token.text)
  age = 5000
  await shelf.looked()
  shelf.broken = broken()
  await shelf.looked()
  age = 6000
  expect((await tokens.find(token.text)).ok).toBe(true)
  age = 6001
  await shelf.looked()
  expect(() => tokens.find(token.text)).toThrow()
})

test('without a bound for what is old, an outage closes at once', async () => {
  const shelf = new Shelf()
  const token = stored()
  shelf.put(token)
  const tokens = live(shelf, 0)
  await tokens.find(token.text)
  shelf.broken = broken()
  age = 1
  await shelf.looked()
  expect(() => tokens.find(token.text)).toThrow()
  expect(heard.said).toEqual([
    `error tokens.closed: the tokens cannot be read, so no token is accepted: ${UNREACHABLE}`,
  ])
})

test('tokens that cannot be read from the beginning let nobody in until they can be', async () => {
  const shelf = new Shelf()
  const token = stored()
  shelf.put(token)
  shelf.broken = broken()
  const tokens = live(shelf)
  await expect(tokens.find(token.text)).rejects.toThrow('it is not known which tokens are accepted')
  expect(() => tokens.find(token.text)).toThrow('it is not known which tokens are accepted')
  shelf.broken = null
  await shelf.looked()
  expect((await tokens.find(token.text)).ok).toBe(true)
  expect(heard.said.map((line) => line.split(':')[0])).toEqual(['error tokens.closed', 'info tokens.readable'])
})

test('tokens that are gone are refused at once, and that is said; none from the beginning is nothing to say', async () => {
  const shelf = new Shelf()
  const token = stored()
  shelf.tokens = null
  const tokens = live(shelf)
  expect(await tokens.find(token.text)).toEqual({ ok: false, result: 'invalid' })
  expect(heard.said).toEqual([])
  shelf.put(token)
  await shelf.looked()
  expect((await tokens.find(token.text)).ok).toBe(true)
  shelf.tokens = null
  shelf.mark++
  await shelf.looked()
  await shelf.looked()
  expect(await tokens.find(token.text)).toEqual({ ok: false, result: 'invalid' })
  expect(heard.said).toEqual([
    'warn tokens.gone: the tokens that were kept are gone: every one is refused until there are new ones',
  ])
})

test('what is closed looks no more, lets nobody in and has let go of its store', async () => {
  const shelf = new Shelf()
  const token = stored()
  shelf.put(token)
  const tokens = live(shelf)
  await tokens.find(token.text)
  await tokens.close()
  const { looks } = shelf
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect([shelf.closed, shelf.looks - looks, tokens.active()]).toEqual([true, 0, 0])
  expect(() => tokens.find(token.text)).toThrow()
})
