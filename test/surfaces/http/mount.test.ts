// Patterns learned from a matcher alone, as the first Express 5 leaves them: path-to-regexp's closures and nothing else.
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fits, join, mountShape } from '../../../src/surfaces/http/mount.ts'

type Matcher = (path: string) => false | { path: string; params: object }

/** The copy that Express 5's router uses. */
const ofRouter = createRequire(createRequire(import.meta.url).resolve('router'))
const { match } = ofRouter('path-to-regexp') as { match(pattern: string, options: object): Matcher }

/** A layer as router 2.0 has it: `match` answers true and leaves what it found on the layer. */
function layer(...patterns: (string | RegExp)[]) {
  const matchers = patterns.map((pattern) =>
    typeof pattern === 'string'
      ? match(pattern, { end: false, trailing: true })
      : (path: string) => {
          const found = pattern.exec(path)
          return found !== null && { path: found[0], params: { ...found.slice(1) } }
        },
  )
  return {
    calls: 0,
    params: {} as Record<string, unknown>,
    path: '',
    match(path: string): boolean {
      this.calls++
      for (const one of matchers) {
        const found = one(path)
        if (found === false) continue
        this.params = found.params as Record<string, unknown>
        this.path = found.path
        return true
      }
      return false
    },
  }
}

function template(made: ReturnType<typeof layer>, path: string): string | null {
  return mountShape(made as never, path)?.template ?? null
}

test('a matcher that is asked gives its pattern back [H-12]', () => {
  expect(template(layer('/api'), '/api/x')).toBe('/api')
  expect(template(layer('/API/v1'), '/API/v1/x')).toBe('/API/v1')
  expect(template(layer('/api/:tenant'), '/api/acme/x')).toBe('/api/:tenant')
  expect(template(layer('/:a/:b'), '/same/same/x')).toBe('/:a/:b')
  expect(template(layer('/api/:api'), '/api/api/x')).toBe('/api/:api')
  expect(template(layer('/v/:from-:to'), '/v/a-b/x')).toBe('/v/:from-:to')
  expect(template(layer('/x-:id.json'), '/x-9.json/x')).toBe('/x-:id.json')
  expect(template(layer('/files/*path'), '/files/a/b/c')).toBe('/files/:path')
  expect(template(layer('/a{/:optional}'), '/a/b/x')).toBe('/a/:optional')
  expect(template(layer('/one', '/two/:id'), '/two/7/x')).toBe('/two/:id')
  expect(template(layer('/api'), '/other')).toBeNull()
})

test('a regular expression shows where values stand, with and without groups [H-12]', () => {
  expect(template(layer(/^\/t-\w+/), '/t-secret9')).toBe('/t-*')
  expect(template(layer(/^\/(\d{4})-(\d\d)/), '/2026-11/x')).toBe('/*-*')
  expect(template(layer(/^\/(acme|globex)/), '/acme/x')).toBe('/*')
  expect(template(layer(/^\/([a-f0-9]{8})/), '/deadbeef/x')).toBe('/*')
})

test('what was learned once is used again, for other values too, and the matcher is asked once more only [H-12]', () => {
  const made = layer('/api/:tenant/:area')
  template(made, '/api/acme/eu/x')
  made.calls = 0
  expect(template(made, '/api/globex/us/x')).toBe('/api/:tenant/:area')
  expect(made.calls).toBe(1)
})

test('a layer keeps at most 32 shapes; a path beyond 256 characters is not asked about [H-15]', () => {
  const odd = layer(/^(\/\w+)+/)
  const found = new Set<string | null>()
  for (let n = 1; n <= 60; n++) found.add(template(odd, '/ab'.repeat(n)))
  expect(found.has(null)).toBe(true)
  expect(found.size).toBeLessThanOrEqual(33)
  expect(template(layer('/:tenant'), `/${'x'.repeat(300)}`)).toBeNull()
})

test('no value of a parameter ever appears in what was learned [H-12]', () => {
  const word = fc.stringMatching(/^[a-z0-9_.~-]{1,10}$/)
  fc.assert(
    fc.property(word, word, (tenant, area) => {
      expect(template(layer('/t/:tenant/a-:area'), `/t/${tenant}/a-${area}/rest`)).toBe('/t/:tenant/a-:area')
    }),
    { numRuns: 500 },
  )
})

test('templates are joined with one slash, and a route at / adds none [W-25]', () => {
  expect(
    ['/api|/users', '/api|/', '|/', '|/x', '/api|*', '/api|'].map((pair) =>
      join(...(pair.split('|') as [string, string])),
    ),
  ).toEqual(['/api/users', '/api', '/', '/x', '/api/*', '/api'])
})

test('a pattern fits a path by whole segments [W-25]', () => {
  expect(fits('/a/:b', '/a/1', true)).toBe(true)
  expect(fits('/a/:b', '/A/1/', true)).toBe(true)
  expect(fits('/a/:b', '/a/1/2', true)).toBe(false)
  expect(fits('/a/:b', '/a/1/2', false)).toBe(true)
  expect(fits('/a/:b', '/a', true)).toBe(false)
  expect(fits('/a/*rest', '/a/1/2', true)).toBe(true)
  expect(fits('/a', '/b', true)).toBe(false)
})
