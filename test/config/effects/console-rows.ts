// Keys of the console.
import { type Row, row } from './row.ts'
import type { Service } from './service.ts'

const asks = (path: string, seen: (response: Response) => unknown) => async (service: Service) => {
  const { address } = await service.start()
  return seen(await fetch(`${address}/console/${path}`))
}

export const CONSOLE: readonly Row[] = [
  row(
    'console.enabled',
    [true, false],
    asks('metrics/uptime', ({ status }) => status),
    [200, 404],
  ),
  row(
    'console.instance',
    ['shop-1', 'shop-2'],
    asks('session', async (response) => (await response.json()).instance),
    ['shop-1', 'shop-2'],
  ),
]
