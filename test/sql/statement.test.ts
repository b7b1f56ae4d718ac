// What is said of a statement: its first word and, where it is asked for, its shape.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shapeOf, verbOf } from '../../src/surfaces/sql/statement.ts'

test('the first word is one of a closed list, whatever comes before it', () => {
  const said = [
    'select 1',
    '  (SELECT 1)',
    '-- about ada\n/* and\nbob */ Insert into t values (1)',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    'secret_of_ada',
    '',
    '/* open',
    '--',
    'SELECTED',
  ].map(verbOf)
  expect(said).toEqual(['SELECT', 'SELECT', 'INSERT', 'WITH', '_OTHER', '_OTHER', '_OTHER', '_OTHER', '_OTHER'])
})

test('a shape has names and placeholders, and no literal, comment or list of values [R-12]', () => {
  const shapes = [
    ["SELECT * FROM users WHERE mail = 'ada@example.org' AND age > 36 -- ada", 'postgresql'],
    ['INSERT INTO "t1" (a, b) VALUES ($1, $2), ($3, $4)', 'postgresql'],
    ["SELECT E'it\\'s', $tag$a 'b' c$tag$, 1.5e-3, -2, 0xFF, col1", 'postgresql'],
    ['SELECT "ada", `name` FROM t WHERE id IN (1, 2, 3) # ada', 'mysql'],
    ["SELECT x'0A', N'ada', U&'ada', 'it''s', :name, @v", 'sqlite'],
    ["SELECT 'unclosed", 'sqlite'],
    ["SELECT 'O\\'Brien', 'more'", 'mysql'],
    ['SELECT 1;\n\n  SELECT /* x */ 2', 'postgresql'],
  ].map(([sql, system]) => shapeOf(sql!, system!))
  expect(shapes).toEqual([
    'SELECT * FROM users WHERE mail = ? AND age > ?',
    'INSERT INTO "t1" (a, b) VALUES (?)',
    'SELECT ?, ?, ?, -?, ?, col1',
    'SELECT ?, `name` FROM t WHERE id IN (?)',
    'SELECT ?, ?, ?, ?, :name, @v',
    'SELECT ?',
    'SELECT ?…',
    'SELECT ?; SELECT ?',
  ])
})

test('no quoted value is ever in a shape, however it is written, and a shape is bounded [R-12]', () => {
  const quotes = [(s: string) => `'${s.replaceAll("'", "''")}'`, (s: string) => `$q$${s.replaceAll('$', '')}$q$`]
  const system = fc.constantFrom('postgresql', 'mysql', 'sqlite')
  const part = fc.tuple(fc.string(), fc.constantFrom(...quotes)).map(([text, quote]) => quote(`SECRET${text}SECRET`))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), system, (parts, of) => {
      // MySQL has no dollar quotes.
      const used = of === 'postgresql' ? parts : parts.filter((each) => each.startsWith("'"))
      const shape = shapeOf(`SELECT a FROM t WHERE b IN (${used.join(', ')})`, of)
      return !shape.includes('SECRET') && shape.startsWith('SELECT a FROM t WHERE b IN (')
    }),
    { numRuns: 1000 },
  )
  fc.assert(fc.property(fc.string(), system, (sql, of) => shapeOf(sql, of).length <= 2049 && verbOf(sql) !== ''))
  expect(shapeOf(`SELECT '${'x'.repeat(1e6)}'`, 'mysql')).toBe('SELECT ?…')
  expect(shapeOf(`SELECT ${'a, '.repeat(1e5)}`, 'mysql').length).toBe(2049)
})
