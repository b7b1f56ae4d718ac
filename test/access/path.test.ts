import { expect, test } from 'vitest'
import { isExempt } from '../../src/access.ts'

test('exempt paths are exact, one trailing slash trimmed [H-47]', () => {
  for (const path of [
    '/metadata',
    '/health',
    '/_liveness',
    '/_readiness',
    '/.well-known/smart-configuration',
    '/$versions',
    '/health/',
  ])
    expect([path, isExempt(path)]).toEqual([path, true])
})

test('a path that only ends or begins like an exempt one is not exempt [H-47]', () => {
  for (const path of [
    '/Patient/metadata',
    '/tenant/health',
    '/healthX',
    '/health/x',
    '/HEALTH',
    '/health//',
    '//health',
    '/',
    '',
  ])
    expect([path, isExempt(path)]).toEqual([path, false])
})

test('a list of the configuration replaces the default one', () => {
  expect([isExempt('/ping', ['/ping']), isExempt('/health', ['/ping'])]).toEqual([true, false])
})
