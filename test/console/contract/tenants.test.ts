// Requests of an application with tenants, and who the figures say made them: the resolved tenant, never a header.
import type { RequestListener } from 'node:http'
import express from 'express'
import { expect, test } from 'vitest'
import { access } from '../../../src/access.ts'
import { provideInventory } from '../../../src/inventory.ts'
import { claims, NOW, SECRET, shared } from '../../access/issuer.ts'
import { app, later, launch } from '../../start/kit.ts'
import { ask } from './questions.ts'

const bearer = (over: Record<string, unknown>) => ({
  authorization: `Bearer ${shared(claims({ iat: undefined, exp: NOW, ...over }))}`,
})

interface Tenants {
  readonly tenant_count: number
  readonly tenants: readonly { tenant: string; resources: number; requests_per_second: number; error_rate: number }[]
}

/** Name, records, requests within the window, errors among them. */
const rows = (body: unknown) =>
  (body as Tenants).tenants.map(({ tenant, resources, requests_per_second, error_rate }) => [
    ...[tenant, resources, Math.round(requests_per_second * 3600), error_rate],
  ])

test('a header that nobody vouched for is in no figure: not among tenants, not in traffic [H-20] [H-29] [H-36]', async () => {
  later(
    provideInventory({
      countByTenant: async () => [
        { tenant: 'acme', count: 3 },
        { tenant: '', count: 2 },
      ],
    }),
  )
  const { address } = await launch(
    JSON.stringify({
      name: 'shop',
      server: { port: 0 },
      access: { jwt: { enabled: true }, tenants: { default: 'main' } },
    }),
    { JWT_SECRET: SECRET },
  )
  const server = express()
  server.use(access().express())
  server.use((request, response) => void response.status(request.url === '/fails' ? 500 : 200).end())
  const { get } = await app(server as unknown as RequestListener)
  const spoofed = { 'x-tenant-id': 'evil' }
  await get('/', { ...bearer({ tenant_id: 'acme' }), ...spoofed })
  await get('/fails', bearer({ tenant_id: 'acme' }))
  await get('/', { ...bearer({ tenant_id: 'ghost' }), ...spoofed })
  // Without a claim, without a token, and with a token of nobody.
  await get('/', { ...bearer({}), ...spoofed })
  await get('/', spoofed)
  await get('/', { authorization: 'Bearer a.b.c', ...spoofed })
  await get('/', bearer({}))

  const reader = { ...bearer({ scope: 'system/*.rs' }), 'x-tenant-id': 'evil' }
  const { body } = await ask(address, '/console/metrics/tenants', bearer({ scope: 'system/*.rs' }))
  // The requests without a proven tenant, those that were refused included, are the default's.
  expect(rows(body)).toEqual([
    ['acme', 3, 2, 0.5],
    ['main', 2, 4, 0],
    ['ghost', 0, 1, 0],
  ])
  expect(JSON.stringify(body)).not.toContain('evil')
  const { body: traffic } = await ask(address, '/console/metrics/traffic?tenant=evil', bearer({ scope: 'system/*.rs' }))
  expect(traffic).toMatchObject({ sample_count: 0 })
  const { body: refused } = await ask(address, '/console/metrics/tenants', reader)
  expect(JSON.stringify(refused)).not.toContain('evil')
  const { body: metrics } = await ask(address, '/metrics')
  expect(metrics).not.toMatch(/acme|ghost|evil|main"/)
})

test('where nothing is guarded a header names the tenant, and what names none is the configured default [H-29] [H-36]', async () => {
  later(provideInventory({ countByTenant: async () => [{ tenant: 'clinic', count: 2 }] }))
  const { address } = await launch('name: shop\nserver: { port: 0 }\naccess: { tenants: { default: clinic } }\n')
  const { get } = await app()
  await get('/')
  await get('/', { 'x-tenant-id': 'clinic' })
  await get('/', { 'x-tenant-id': 'acme' })
  const { body } = await ask(address, '/console/metrics/tenants')
  expect(rows(body)).toEqual([
    ['clinic', 2, 2, 0],
    ['acme', 0, 1, 0],
  ])
})
