import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileOf, schemasOf } from '../../../scripts/answers.ts'
import { OPERATIONS, ROWS, serviceApi } from '../../../src/console/service-api/document.ts'
import { ROOT } from '../../house/source.ts'

const named = Object.values(OPERATIONS).flatMap(({ answer, body }) => [answer, body?.schema])
const schemas = schemasOf([
  ...new Set(named.filter((one) => typeof one === 'string' && one !== 'Document')),
] as string[])
const document = serviceApi(schemas) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

interface Operation {
  operationId: string
  parameters: { name: string; in: string; required?: boolean }[]
}

test('src/console/service-api/schemas.gen.ts is the types of the answers: `npm run openapi` writes it', async () => {
  await expect(fileOf(schemas)).toMatchFileSnapshot('../../../src/console/service-api/schemas.gen.ts')
})

test('docs/reference/console.openapi.json is this document: `npm run openapi` writes it', async () => {
  const text = `${JSON.stringify(document, null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../../../docs/reference/console.openapi.json')
})

test('nothing is described that is no route, and no route twice', () => {
  const routes = ROWS.map(({ method, path }) => `${method} ${path}`)
  expect(Object.keys(OPERATIONS).sort()).toEqual([...new Set(routes)].sort())
})

test('every address of a service’s console is described, with its tier', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/routes.md'), 'utf8')
  const service = page.slice(page.indexOf('## A service'), page.indexOf('## The hub'))
  const isData = (path: string) => /^\/(?:console|admin|api)\/[^*]/.test(path) && !path.startsWith('/console/assets/')
  const rows = [...service.matchAll(/^\| (\w+) \| `([^`]+)` \| (\w+) \|$/gm)].map(
    ([, ...row]) => row as [string, string, string],
  )
  const said = ROWS.map(({ method, path, tier }) => [method, path, tier])
  expect(said.sort()).toEqual(rows.filter(([, path]) => isData(path)).sort())
})

test('each parameter of a path stands in it, and operations have names of their own', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => ({ path, operation })),
  )
  const names = operations.map(({ operation }) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const { path, operation } of operations) {
    const placed = operation.parameters.filter((one) => one.in === 'path')
    expect(placed.map(({ name, required }) => ({ name, required }))).toEqual(
      [...path.matchAll(/\{(\w+)\}/g)].map((match) => ({ name: match[1], required: true })),
    )
  }
})

test('each reference leads to something, and nothing is described in vain', () => {
  const text = JSON.stringify(document)
  const asked = new Set([...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)].map((match) => `${match[1]}/${match[2]}`))
  const given = Object.entries(document.components).flatMap(([kind, all]) =>
    kind === 'securitySchemes' ? [] : Object.keys(all).map((name) => `${kind}/${name}`),
  )
  expect([...asked].sort()).toEqual(given.sort())
})
