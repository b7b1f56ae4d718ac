// Keys of what an administrator may take out of the running process.
import { type Row, row } from './row.ts'
import type { Service } from './service.ts'

const takes = (path: string, body: object) => async (service: Service) => {
  const { address } = await service.start()
  const response = await fetch(`${address}/admin/ops/control/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return response.status === 200 ? Array.isArray((JSON.parse(text) as { nodes?: unknown }).nodes) : response.status
}

const base = { dev: true }

export const CONTROL: readonly Row[] = [
  row('ops.control.cpu_profile', [undefined, false], takes('cpu-profile', { seconds: 1 }), [true, 403], { base }),
  row('ops.control.heap_snapshot', [undefined, true], takes('heap-snapshot', {}), [403, true], { base }),
]
