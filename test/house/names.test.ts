// The manner of the code, as far as a machine can see it.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, readSource } from './source.ts'

const sources = readSource()
const handWritten = sources.filter(({ path }) => !path.endsWith('.gen.ts'))

test('a file or folder is a noun of the product: no utils, common, helpers, shared, misc or manager', () => {
  const vague = /(^|\/)(utils?|commons?|helpers?|shared|misc|managers?|types|index)(\/|\.ts$)/
  expect(sources.map(({ path }) => path).filter((path) => path !== 'index.ts' && vague.test(path))).toEqual([])
})

test('no name begins with I for interface or ends with Impl, Base, Manager or Helper', () => {
  const declared =
    /\b(?:class|interface|type|function|const)\s+(I[A-Z][a-z]\w*|\w+(?:Impl|Base|Manager|Helper|Utils?))\b/g
  // The API's own word for it.
  const given = ['ContextManager']
  const named = handWritten.flatMap(({ path, code }) =>
    [...code.matchAll(declared)].filter((match) => !given.includes(match[1]!)).map((match) => `${path}: ${match[1]}`),
  )
  expect(named).toEqual([])
})

test('nothing is exported as default', () => {
  expect(sources.filter(({ code }) => /^export default\b/m.test(code)).map(({ path }) => path)).toEqual([])
})

test('a file opens with a comment that says what it is for', () => {
  const silent = handWritten.filter(({ path, text }) => path.includes('/') && !/^(#!.*\n)?\/[/*]/.test(text))
  expect(silent.map(({ path }) => path)).toEqual([])
})

test('file names are lower case with dashes', () => {
  expect(sources.map(({ path }) => basename(path)).filter((name) => !/^[a-z0-9-]+(\.gen)?\.ts$/.test(name))).toEqual([])
})

test('nothing suppresses the type checker', () => {
  expect(
    handWritten.filter(({ text }) => /@ts-(ignore|nocheck|expect-error)/.test(text)).map(({ path }) => path),
  ).toEqual([])
})

test('the lockfile names no registry host, so that any registry serves it', () => {
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/)
})
