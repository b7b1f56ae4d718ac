// Keys of event buses.
import { EventEmitter } from 'node:events'
import type * as door from '../../../src/events.ts'
import { type Row, row } from './row.ts'
import type { Service } from './service.ts'

/** What is left of three subscribers, and what is counted. */
async function subscribers(service: Service): Promise<unknown> {
  await service.start()
  const { observeEvents } = service.door<typeof door>('events')
  const bus = observeEvents(new EventEmitter())
  for (let i = 0; i < 3; i++) bus.on('paid', () => {})
  const lines = await service.scrape(/^eventbus_/)
  return lines.map((line) => line.split(' ').at(-1))
}

export const EVENTS: readonly Row[] = [
  row('surfaces.events.max_subscribers', [undefined, 2], subscribers, [
    ['3', '0'],
    ['2', '1'],
  ]),
]
