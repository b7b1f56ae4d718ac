import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { newFolder } from '../folder.ts'
import { faults, load } from './load.ts'

const filed = (keys: { name?: string; service_name?: string; attribute?: string }, env: NodeJS.ProcessEnv = {}) =>
  load(
    `${keys.name ? `name: ${keys.name}\n` : ''}observability:
  opentelemetry:
    enabled: true
    ${keys.service_name ? `service_name: ${keys.service_name}` : ''}
    resource: { attributes: { a: b${keys.attribute ? `, service.name: "${keys.attribute}"` : ''} } }
`,
    env,
  )

test('the name is OTEL_SERVICE_NAME, service_name, the resource attribute, then name [R-03, H-22]', () => {
  const all = { name: 'd', service_name: 'b', attribute: 'c' }
  const name = (keys: object, env = {}) => {
    const { config } = filed(keys, env)
    expect(config.resource['service.name']).toBe(config.service.name)
    return config.service.name
  }
  expect(name(all, { OTEL_SERVICE_NAME: 'a', OTEL_RESOURCE_ATTRIBUTES: 'service.name=r' })).toBe('a')
  expect(name(all, { OTEL_RESOURCE_ATTRIBUTES: 'service.name=r' })).toBe('r')
  expect(name(all)).toBe('b')
  expect(name({ name: 'd', attribute: 'c' })).toBe('c')
  expect(name({ name: 'd' })).toBe('d')
  expect(name({ name: 'd', attribute: '${UNSET}' })).toBe('d')
  expect(name({ name: 'd', attribute: '${SET}' }, { SET: 's' })).toBe('s')
})

test('a file in which no name stands is refused [R-03]', () => {
  const missing =
    'telltale.yaml:1:1 CONFIG_MISSING observability.opentelemetry.service_name: A required key is missing. Add the key.'
  expect(faults('server: { port: 1 }\n')).toEqual([missing])
  expect(faults('')).toEqual([missing])
  expect(faults('server: { port: 1 }\n', { OTEL_SERVICE_NAME: 'a' })).toEqual([])
})

test('the version is 1.0.0 unless the file or the environment says another [R-03]', () => {
  const version = (file: string, env = {}) => load(`name: shop\n${file}`, env).config.service.version
  expect(version('')).toBe('1.0.0')
  expect(version('observability: { opentelemetry: { service_version: "2.1" } }')).toBe('2.1')
  expect(version('observability: { opentelemetry: { resource: { attributes: { service.version: "3" } } } }')).toBe('3')
  expect(version('', { OTEL_SERVICE_VERSION: '4' })).toBe('4')
  expect(version('', { OTEL_RESOURCE_ATTRIBUTES: 'service.version=5' })).toBe('5')
})

test('without a file the nearest package.json gives name and version, and explain says so [R-03]', () => {
  const root = newFolder('config')
  const inner = join(root, 'a', 'b')
  mkdirSync(inner, { recursive: true })
  writeFileSync(join(root, 'package.json'), '{"name":"@acme/cart","version":"7.0.1"}')
  const loaded = loadConfig({ cwd: inner, env: {} })
  expect([loaded.file, loaded.config.service]).toEqual([undefined, { name: '@acme/cart', version: '7.0.1' }])
  const row = loaded.explain().find(({ path }) => path === 'observability.opentelemetry.service_name')
  expect([row?.value, row?.origin]).toEqual(['@acme/cart', 'package.json'])
  expect(loadConfig({ cwd: inner, env: { OTEL_SERVICE_NAME: 'x' } }).config.service).toEqual({
    name: 'x',
    version: '7.0.1',
  })
  writeFileSync(join(inner, 'package.json'), 'not json')
  expect(loadConfig({ cwd: inner, env: {} }).config.service.name).toBe('@acme/cart')
  expect(loadConfig({ cwd: '/', env: {} }).config.service).toEqual({ name: 'unknown_service:node', version: '1.0.0' })
})

test('the file is telltale.yaml here, or what TELLTALE_CONFIG names, or what the caller names [R-01]', () => {
  const cwd = newFolder('config')
  for (const name of ['telltale.yaml', 'other.yaml', 'third.yaml']) writeFileSync(join(cwd, name), `name: ${name}\n`)
  const read = (options: object) => {
    const { file, config } = loadConfig({ cwd, env: {}, ...options })
    return [file, config.name]
  }
  expect(read({})).toEqual(['telltale.yaml', 'telltale.yaml'])
  expect(read({ env: { TELLTALE_CONFIG: 'other.yaml' } })).toEqual(['other.yaml', 'other.yaml'])
  expect(read({ file: 'third.yaml', env: { TELLTALE_CONFIG: 'other.yaml' } })).toEqual(['third.yaml', 'third.yaml'])
  expect(read({ file: join(cwd, 'third.yaml') })).toEqual(['third.yaml', 'third.yaml'])
})
