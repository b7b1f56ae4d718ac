import { afterEach, beforeEach, expect, test } from 'vitest'
import { OVERFLOW_TENANT, Tenants } from '../../src/access.ts'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'

const said: Notice[] = []
beforeEach(() => {
  said.length = 0
  forgetNotices()
  onNotice((notice) => said.push(notice))
})
afterEach(() => void onNotice(undefined))

test('the resolved tenant is used, never a raw header that authentication did not confirm [H-20]', () => {
  const open = new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main' })
  expect(open.of('acme', '/x')).toBe('acme')
  expect(open.of('main', '/x')).toBe(null)
  expect(open.of(null, '/x')).toBe(null)
  expect(open.of('not a tenant', '/x')).toBe(null)
  const guarded = new Tenants({ mode: 'both', strict: false, defaultTenant: 'main', authentication: true })
  expect(guarded.of('acme', '/acme/x')).toBe(null)
  const byPath = new Tenants({ mode: 'both', strict: false, defaultTenant: 'main' })
  expect(byPath.of('beta', '/acme/x?tenant=z')).toBe('acme')
  expect(byPath.of(null, '/metrics?x')).toBe(null)
  expect([byPath.of(null, '/acme'), byPath.of(null, '/acme?x=/beta/y'), byPath.of(null, '?/acme/x')]).toEqual([
    ...['acme', 'acme', null],
  ])
  const strict = new Tenants({ mode: 'both', strict: true, defaultTenant: 'main' })
  expect([strict.of('beta', '/acme/x'), strict.of('acme', '/acme/x')]).toEqual([null, 'acme'])
  // Whoever authenticates says whose it is; before that nobody does.
  const header = new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main', authentication: true })
  expect([header.of('acme', '/x'), guarded.of(null, '/acme/x')]).toEqual([null, null])
})

test('a number is known for what was seen, and given to nothing by asking', () => {
  const tenants = new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main' })
  expect(tenants.number('a')).toBe(2)
  expect(['main', OVERFLOW_TENANT, 'a', 'b', 'b'].map((name) => tenants.known(name))).toEqual([
    ...[0, 1, 2, undefined, undefined],
  ])
  expect(tenants.number('b')).toBe(3)
})

test('a table of no size has the two that every one has', () => {
  const tenants = new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main' }, 0)
  expect(['main', 'a'].map(tenants.number)).toEqual([0, 1])
  expect(said.map(({ text }) => text)).toEqual(['more than 0 tenants: further ones are counted as (other)'])
  forgetNotices()
  tenants.number('b')
  tenants.number('c')
  expect(said).toHaveLength(2)
})

test('tenants are numbered once, the default is 0, and the table is bounded with an overflow tenant', () => {
  const tenants = new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main' }, 4)
  expect([null, '', 'main', 'a', 'b', 'a', 'c', 'd', 'b'].map(tenants.number)).toEqual([0, 0, 0, 2, 3, 2, 1, 1, 3])
  expect([0, 1, 2, 3, 4].map(tenants.name)).toEqual(['main', OVERFLOW_TENANT, 'a', 'b', OVERFLOW_TENANT])
  expect(said.map((notice) => [notice.level, notice.event, notice.text])).toEqual([
    ['warn', 'access.tenants', 'more than 2 tenants: further ones are counted as (other)'],
  ])
})
